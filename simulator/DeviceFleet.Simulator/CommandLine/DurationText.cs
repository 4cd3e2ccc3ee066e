using System.Globalization;

namespace DeviceFleet.Simulator.CommandLine;

/// <summary>Durations as people type them: <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>2h</c>; a bare number is seconds.</summary>
internal static class DurationText
{
    public const string Format = "a number with ms, s, m or h, such as 30s";

    public static bool TryParse(string text, out TimeSpan duration)
    {
        var (unitLength, seconds) = text switch
        {
            [.., 'm', 's'] => (2, 0.001),
            [.., 's'] => (1, 1.0),
            [.., 'm'] => (1, 60.0),
            [.., 'h'] => (1, 3600.0),
            _ => (0, 1.0),
        };
        duration = default;
        if (!double.TryParse(text[..^unitLength], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number * seconds > TimeSpan.FromDays(365).TotalSeconds)
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(number * seconds);
        return true;
    }
}
