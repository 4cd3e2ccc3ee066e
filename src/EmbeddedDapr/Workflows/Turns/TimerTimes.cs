using Google.Protobuf.WellKnownTypes;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows.Turns;

/// <summary>Times of timers. Rounding goes up, so that no timer is early.</summary>
internal static class TimerTimes
{
    private static readonly long LastSecond = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>Seconds from here on mean "never": SDKs use the last second of the year 9999 for waits without a limit.</summary>
    public static DateTimeOffset Due(Timestamp? fireAt)
    {
        if (fireAt is null)
        {
            return DateTimeOffset.UnixEpoch;
        }

        if (fireAt.Seconds >= LastSecond)
        {
            return DateTimeOffset.MaxValue;
        }

        var seconds = Math.Max(fireAt.Seconds, DateTimeOffset.MinValue.ToUnixTimeSeconds());
        return DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks((fireAt.Nanos + 99) / 100);
    }

    public static OpenTimer Open(HistoryEvent created)
    {
        var timer = created.TimerCreated;

        // Timers of older engines have no origin; with a name they are limits of events.
        var name = timer.OriginCase switch
        {
            TimerCreatedEvent.OriginOneofCase.ExternalEvent => timer.ExternalEvent.Name,
            TimerCreatedEvent.OriginOneofCase.None when timer.HasName && timer.Name.Length > 0 => timer.Name,
            _ => null,
        };
        return new OpenTimer(created.EventId, Due(timer.FireAt), timer.FireAt, name);
    }
}
