using Google.Protobuf.WellKnownTypes;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>Durations as callers send them.</summary>
internal static class ProtoDurations
{
    // Beyond these bounds ToTimeSpan throws; nobody can tell a thousand years from for ever, and sums of them must not overflow.
    private const long SecondsMax = 31_557_600_000;

    /// <summary>0 for what is negative or absent, a thousand years at most.</summary>
    public static TimeSpan ToBoundedTimeSpan(this Duration? duration) => duration is null or { Seconds: < 0 }
        ? TimeSpan.Zero
        : new Duration { Seconds = Math.Min(duration.Seconds, SecondsMax), Nanos = Math.Clamp(duration.Nanos, 0, 999_999_999) }.ToTimeSpan();
}
