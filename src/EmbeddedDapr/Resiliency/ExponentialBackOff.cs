namespace EmbeddedDapr.Resiliency;

/// <summary>Delays of exponential retries: each one and a half times the last, spread by half either way, up to a limit (contract section 9.1).</summary>
internal static class ExponentialBackOff
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    public static readonly TimeSpan ElapsedMax = TimeSpan.FromMinutes(15);
    private const double Multiplier = 1.5;
    private const double Spread = 0.5;

    /// <summary>The delay before a retry.</summary>
    /// <param name="retry">0 for the first.</param>
    /// <param name="max">Longest delay before the spread.</param>
    /// <param name="random">0 up to 1.</param>
    public static TimeSpan Delay(int retry, TimeSpan max, double random)
    {
        // In doubles: 1.5 to the power of a large number is infinite, which the limit then takes down.
        var seconds = Math.Min(First.TotalSeconds * Math.Pow(Multiplier, retry), max.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (1 - Spread + (2 * Spread * random)));
    }
}
