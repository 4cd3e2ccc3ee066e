using System.Globalization;

namespace EmbeddedDapr.Actors;

/// <summary>What <c>ttlInSeconds</c> means in a transaction (contract section 2.5).</summary>
/// <param name="IsEnabled">The feature <c>ActorStateTTL</c> is on; off, an upsert with a lifetime is refused.</param>
/// <param name="IsStrict">Below −1 is a mistake; else it means for ever, like 0 and −1 (recorded: actor-state-ttl-bad, grpc-actor-state-ttl).</param>
internal readonly record struct ActorStateTtl(bool IsEnabled, bool IsStrict)
{
    public const string Feature = "ActorStateTTL";

    public const string Off = "ttlInSeconds is not supported without the \"ActorStateTTL\" feature enabled";

    /// <summary>Reads the lifetime of an upsert; a text of what is wrong, or null.</summary>
    public string? TryRead(string text, out TimeSpan? ttl)
    {
        ttl = null;
        if (!IsEnabled)
        {
            return Off;
        }

        if (text.Length == 0)
        {
            return null;
        }

        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            return $"error parsing TTL: incorrect value for metadata 'ttlInSeconds': strconv.ParseInt: parsing \"{text}\": invalid syntax";
        }

        if (seconds < -1 && IsStrict)
        {
            return "error parsing TTL: incorrect value for metadata 'ttlInSeconds': must be -1 or greater";
        }

        ttl = seconds > 0 ? TimeSpan.FromSeconds(seconds) : null;
        return null;
    }
}
