using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Claims;

/// <summary>What the limiter says to a claim.</summary>
/// <param name="RetryAfterMs">Null: let in. Else when to ask again, milliseconds.</param>
/// <param name="IsFirst">The first that is turned away for this reason in this minute: the one to be told of, as the others say nothing more.</param>
internal readonly record struct ClaimPermit(long? RetryAfterMs, bool IsFirst);

/// <summary>
/// Counts claims by the minute. What it remembers is bounded by the claims it lets in: when those of a minute are used up nothing more is counted by name. Thread-safe.
/// </summary>
internal sealed class ClaimLimiter(IOptions<ClaimOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly ClaimOptions _options = options.Value;
    private readonly Dictionary<(bool IsEnrolment, string Name), int> _counts = [];
    private DateTimeOffset _ends;
    private int _all;

    /// <summary>Counts one claim.</summary>
    /// <param name="claimant">Claim id, or over REST the hardware.</param>
    /// <param name="enrolment">The enrolment that it names.</param>
    public ClaimPermit Take(string claimant, string enrolment)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (now >= _ends)
            {
                _counts.Clear();
                _all = 0;
                _ends = now + Window;
            }

            var over = Over_NeedsLock(_all++, _options.InAll)
                ?? Over_NeedsLock(Next_NeedsLock((false, claimant)), _options.PerClaimant)
                ?? Over_NeedsLock(Next_NeedsLock((true, enrolment)), _options.PerEnrolment);
            return over is { } by ? new ClaimPermit((long)Math.Ceiling((_ends - now).TotalMilliseconds), by == 0) : default;
        }
    }

    private static int? Over_NeedsLock(int before, int most) => before >= most ? before - most : null;

    private int Next_NeedsLock((bool, string) name)
    {
        _counts.TryGetValue(name, out var count);
        _counts[name] = count + 1;
        return count;
    }
}
