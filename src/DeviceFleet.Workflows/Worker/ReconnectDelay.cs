namespace DeviceFleet.Workflows.Worker;

/// <summary>How long to wait before the next attempt to connect.</summary>
internal static class ReconnectDelay
{
    private const int DoublingsMax = 16;
    private const double JitterShare = 0.25;

    /// <param name="failures">Attempts in a row that came to nothing; 1 or more.</param>
    /// <param name="first">The delay after the first of them.</param>
    /// <param name="longest">No delay is longer.</param>
    /// <param name="random">0 up to 1: how much of the jitter is taken off.</param>
    public static TimeSpan After(int failures, TimeSpan first, TimeSpan longest, double random)
    {
        var doubled = first * Math.Pow(2, Math.Min(failures - 1, DoublingsMax));
        return (doubled < longest ? doubled : longest) * (1 - (JitterShare * random));
    }
}
