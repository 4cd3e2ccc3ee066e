namespace EmbeddedDapr.Cron;

/// <summary>
/// Reads the schedules of daprd's cron binding: five fields, six with seconds in front, <c>@every</c> with a Go duration, the names <c>@yearly</c> to <c>@hourly</c>,
/// a time zone in front as <c>TZ=</c> or <c>CRON_TZ=</c>. The rules are those of Go's robfig/cron v3, from which Cronos differs (weekday 7, <c>L W #</c>, steps after
/// a number, daylight saving). Pure.
/// </summary>
public static class CronExpression
{
    private const string Every = "@every ";

    /// <summary>Reads; null with a reason when it is no schedule.</summary>
    /// <param name="text">The schedule.</param>
    /// <param name="zone">Time zone when the text names none.</param>
    /// <param name="error">Why not; empty otherwise.</param>
    public static ICronSchedule? Parse(string text, TimeZoneInfo zone, out string error)
    {
        var rest = text;
        if (!Zone(ref rest, ref zone, out error))
        {
            return null;
        }

        if (rest.Length == 0)
        {
            error = "the schedule is empty";
            return null;
        }

        return rest[0] == '@' ? Named(rest, zone, out error) : Fields(rest, zone, out error);
    }

    private static bool Zone(ref string text, ref TimeZoneInfo zone, out string error)
    {
        error = string.Empty;
        if (!text.StartsWith("TZ=", StringComparison.Ordinal) && !text.StartsWith("CRON_TZ=", StringComparison.Ordinal))
        {
            return true;
        }

        var (equals, blank) = (text.IndexOf('=', StringComparison.Ordinal), text.IndexOf(' ', StringComparison.Ordinal));
        var name = blank < 0 ? text[(equals + 1)..] : text[(equals + 1)..blank];
        if (blank < 0 || !TimeZoneInfo.TryFindSystemTimeZoneById(name.Length == 0 ? "UTC" : name, out var found))
        {
            error = $"'{name}' is no time zone, or nothing follows it";
            return false;
        }

        (text, zone) = (text[blank..].Trim(), found);
        return true;
    }

    private static ICronSchedule? Named(string text, TimeZoneInfo zone, out string error)
    {
        if (text.StartsWith(Every, StringComparison.Ordinal))
        {
            error = string.Empty;
            if (GoDuration.TryParse(text.AsSpan(Every.Length), out var period))
            {
                return new CronPeriod(period);
            }

            error = $"'{text[Every.Length..]}' is no duration";
            return null;
        }

        var fields = text switch
        {
            "@yearly" or "@annually" => "0 0 0 1 1 *",
            "@monthly" => "0 0 0 1 * *",
            "@weekly" => "0 0 0 * * 0",
            "@daily" or "@midnight" => "0 0 0 * * *",
            "@hourly" => "0 0 * * * *",
            _ => null,
        };
        error = $"'{text}' is no known name";
        return fields is null ? null : Fields(fields, zone, out error);
    }

    private static CronCalendar? Fields(string text, TimeZoneInfo zone, out string error)
    {
        CronFieldKind[] kinds = [CronFieldKind.Second, CronFieldKind.Minute, CronFieldKind.Hour, CronFieldKind.Day, CronFieldKind.Month, CronFieldKind.Weekday];
        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == kinds.Length - 1)
        {
            parts = ["0", .. parts];
        }

        if (parts.Length != kinds.Length)
        {
            error = $"expected 5 or 6 fields, found {parts.Length}";
            return null;
        }

        var fields = new CronField[kinds.Length];
        for (var index = 0; index < fields.Length; index++)
        {
            if (kinds[index].Parse(parts[index], out error) is not { } field)
            {
                return null;
            }

            fields[index] = field;
        }

        error = string.Empty;
        return new CronCalendar(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5], zone);
    }
}
