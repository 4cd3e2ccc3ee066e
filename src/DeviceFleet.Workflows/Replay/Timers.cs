using Google.Protobuf.WellKnownTypes;

namespace DeviceFleet.Workflows.Replay;

/// <summary>Times of timers on the wire.</summary>
internal static class Timers
{
    private const long NeverSeconds = 253402300799;
    private const int NeverNanos = 999999999;

    /// <summary>The last moment of the year 9999: the sidecar notes the timer and never fires it.</summary>
    public static Timestamp Never => new() { Seconds = NeverSeconds, Nanos = NeverNanos };

    public static bool IsNever(Timestamp? fireAt) => fireAt is { Seconds: NeverSeconds, Nanos: NeverNanos };

    /// <summary>A time of no kind is taken as UTC.</summary>
    public static Timestamp At(DateTime time) =>
        Timestamp.FromDateTime(time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
