using System.Buffers;
using System.Globalization;
using System.Text;

namespace EmbeddedDapr;

/// <summary>Durations as Go writes them: <c>1h2m3s4ms</c>, units h m s ms us µs ns, decimals and a sign allowed, no days.</summary>
public static class GoDuration
{
    private static readonly SearchValues<char> NumberChars = SearchValues.Create("0123456789.");

    /// <summary>Reads a duration; false when the text is none. <c>0</c> needs no unit. Precision is 100 ns.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        var negative = false;
        if (text.Length > 0 && text[0] is '-' or '+')
        {
            negative = text[0] == '-';
            text = text[1..];
        }

        if (text is "0")
        {
            return true;
        }

        if (text.Length == 0)
        {
            return false;
        }

        decimal ticks = 0;
        while (text.Length > 0)
        {
            var digits = text.IndexOfAnyExcept(NumberChars);
            if (digits <= 0 || !decimal.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            text = text[digits..];
            var unit = text.IndexOfAny(NumberChars);
            var name = unit < 0 ? text : text[..unit];
            text = unit < 0 ? default : text[unit..];
            decimal scale = name switch
            {
                "h" => TimeSpan.TicksPerHour,
                "m" => TimeSpan.TicksPerMinute,
                "s" => TimeSpan.TicksPerSecond,
                "ms" => TimeSpan.TicksPerMillisecond,
                "us" or "µs" or "μs" => TimeSpan.TicksPerMicrosecond,
                "ns" => 0.01m,
                _ => 0,
            };
            if (scale == 0)
            {
                return false;
            }

            ticks += number * scale;
            if (ticks > long.MaxValue)
            {
                return false;
            }
        }

        duration = TimeSpan.FromTicks((long)(negative ? -ticks : ticks));
        return true;
    }

    /// <summary>Writes a duration as Go's <c>time.Duration.String</c> does: <c>1m30s</c>, <c>1.5s</c>, <c>200ms</c>, <c>0s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
        {
            return "0s";
        }

        var text = new StringBuilder(duration < TimeSpan.Zero ? "-" : string.Empty);
        var ticks = duration.Ticks < 0 ? -(decimal)duration.Ticks : duration.Ticks;
        if (ticks < TimeSpan.TicksPerSecond)
        {
            var (scale, unit) = ticks switch
            {
                >= TimeSpan.TicksPerMillisecond => ((decimal)TimeSpan.TicksPerMillisecond, "ms"),
                >= TimeSpan.TicksPerMicrosecond => (TimeSpan.TicksPerMicrosecond, "µs"),
                _ => (0.01m, "ns"),
            };
            return text.Append((ticks / scale).ToString("0.#########", CultureInfo.InvariantCulture)).Append(unit).ToString();
        }

        var hours = decimal.Truncate(ticks / TimeSpan.TicksPerHour);
        var minutes = decimal.Truncate(ticks % TimeSpan.TicksPerHour / TimeSpan.TicksPerMinute);
        var seconds = ticks % TimeSpan.TicksPerMinute / TimeSpan.TicksPerSecond;
        if (hours > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        }

        if (hours > 0 || minutes > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{minutes}m");
        }

        return text.Append(seconds.ToString("0.#########", CultureInfo.InvariantCulture)).Append('s').ToString();
    }
}
