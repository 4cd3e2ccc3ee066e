namespace EmbeddedDapr.Cron;

/// <summary>
/// <c>@every</c>: due again and again after a time, on whole seconds from one second on. What is zero or negative is accepted, as it is by daprd, which then fires
/// without end; here it means <see cref="Floor"/>, so that a slip of the pen cannot flood an app.
/// </summary>
internal sealed class CronPeriod(TimeSpan period) : ICronSchedule
{
    /// <summary>In place of a period that is none.</summary>
    public static TimeSpan Floor { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Shortest period; shorter ones are this long.</summary>
    public static TimeSpan Shortest { get; } = TimeSpan.FromMilliseconds(10);

    private readonly TimeSpan _period = period <= TimeSpan.Zero ? Floor : period < Shortest ? Shortest : period;

    /// <inheritdoc/>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        if (after.UtcDateTime > DateTime.MaxValue - _period)
        {
            return null;
        }

        var next = after.ToUniversalTime() + _period;
        return _period < TimeSpan.FromSeconds(1) ? next : next.AddTicks(-(next.UtcTicks % TimeSpan.TicksPerSecond));
    }
}
