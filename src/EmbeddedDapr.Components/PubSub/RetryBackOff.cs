namespace EmbeddedDapr.Components.PubSub;

/// <summary>How long a message waits after its n-th failed delivery: doubling from the first delay up to a limit.</summary>
/// <param name="First">After the first failure.</param>
/// <param name="Max">Never longer.</param>
internal sealed record RetryBackOff(TimeSpan First, TimeSpan Max)
{
    private const int DoublingsMax = 30; // beyond any limit, short of an overflow

    /// <summary>The delay after so many failures, 1 or more.</summary>
    public TimeSpan After(int failures)
    {
        var delay = First * (1L << Math.Min(failures - 1, DoublingsMax));
        return delay < Max ? delay : Max;
    }
}
