using System.Globalization;
using System.Text.RegularExpressions;

namespace EmbeddedDapr.Actors;

/// <summary>A period as timers and reminders know it: calendar parts are added as such, so that a month is a month.</summary>
/// <param name="Years">Years.</param>
/// <param name="Months">Months.</param>
/// <param name="Days">Days, weeks included.</param>
/// <param name="Time">The rest.</param>
/// <param name="Repetitions">Firings in total; null: not said.</param>
internal readonly record struct Period(int Years, int Months, int Days, TimeSpan Time, int? Repetitions = null)
{
    public bool IsZero => Years == 0 && Months == 0 && Days == 0 && Time == TimeSpan.Zero;

    public bool HasCalendarParts => Years != 0 || Months != 0 || Days != 0;

    public DateTimeOffset After(DateTimeOffset moment) => moment.AddYears(Years).AddMonths(Months).AddDays(Days) + Time;
}

/// <summary>Times and durations in the spellings of the actor API: Go durations, ISO 8601 durations of integers with <c>Rn/</c>, RFC 3339 (contract sections 0, 2.7, 2.8).</summary>
internal static partial class TimeTexts
{
    /// <summary>A point in time, or a duration counted from <paramref name="from"/>.</summary>
    public static bool TryMoment(string text, DateTimeOffset from, out DateTimeOffset moment, out bool isAbsolute)
    {
        (moment, isAbsolute) = (default, false);
        try
        {
            if (GoDuration.TryParse(text, out var duration))
            {
                moment = from + duration;
                return true;
            }

            if (TryIso(text, out var period) && period.Repetitions is null)
            {
                moment = period.After(from);
                return true;
            }
        }
        catch (ArgumentOutOfRangeException)
        {
            return false;
        }

        isAbsolute = Rfc3339().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out moment);
        return isAbsolute;
    }

    /// <summary>A period, with or without repetitions.</summary>
    public static bool TryPeriod(string text, out Period period)
    {
        if (GoDuration.TryParse(text, out var duration))
        {
            period = new Period(0, 0, 0, duration);
            return true;
        }

        return TryIso(text, out period);
    }

    private static bool TryIso(string text, out Period period)
    {
        period = default;
        var match = Iso().Match(text);
        if (!match.Success || text.EndsWith('T'))
        {
            return false;
        }

        // Each part is bounded by its number of digits, so that no sum can overflow.
        int Part(string name) => match.Groups[name] is { Success: true } part ? int.Parse(part.Value, CultureInfo.InvariantCulture) : 0;
        var time = new TimeSpan(Part("hours"), Part("minutes"), Part("seconds"));
        period = new Period(Part("years"), Part("months"), (7 * Part("weeks")) + Part("days"), time, match.Groups["repeat"].Success ? Part("repeat") : null);
        return match.Groups["repeat"].Success || match.Groups["p"].Success;
    }

    [GeneratedRegex(
        """^(?:R(?<repeat>\d{1,9})(?:/|$))?(?<p>P(?=.)(?:(?<years>\d{1,4})Y)?(?:(?<months>\d{1,5})M)?(?:(?<weeks>\d{1,5})W)?(?:(?<days>\d{1,6})D)?(?:T(?:(?<hours>\d{1,7})H)?(?:(?<minutes>\d{1,8})M)?(?:(?<seconds>\d{1,9})S)?)?)?$""",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Iso();

    [GeneratedRegex("""^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$""", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Rfc3339();
}
