using System.Globalization;

namespace EmbeddedDapr.Components.Sqlite.State;

/// <summary>Times as daprd writes them into its tables: UTC, <c>yyyy-MM-dd HH:mm:ss</c>, as <c>CURRENT_TIMESTAMP</c> does. They sort as text.</summary>
internal static class SqliteTime
{
    private const string Pattern = "yyyy-MM-dd HH:mm:ss";

    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString(Pattern, CultureInfo.InvariantCulture);

    /// <summary>The end of a lifetime, rounded up to the second of the column, so that nothing expires early.</summary>
    public static string FormatExpiry(DateTimeOffset now, TimeSpan ttl)
    {
        // Beyond the calendar means for ever, which the last second it has is near enough to.
        var end = ttl > DateTimeOffset.MaxValue - now ? DateTimeOffset.MaxValue.AddSeconds(-1) : now + ttl;
        var fraction = end.Ticks % TimeSpan.TicksPerSecond;
        return Format(fraction == 0 ? end : end.AddTicks(TimeSpan.TicksPerSecond - fraction));
    }

    public static DateTimeOffset? Parse(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
