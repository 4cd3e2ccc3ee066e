using System.Globalization;

namespace EmbeddedDapr.State;

/// <summary>Turns items of a request into operations of a store, or says why not. Pure.</summary>
internal static class StateRequests
{
    /// <summary>Longest lifetime that a date can bear: about 3,000 years.</summary>
    private const long TtlSecondsMax = 100_000_000_000;

    public static StateFault? TryOperation(StateOperationKind kind, StateItem item, string storedKey, StateStoreTraits traits, out StateOperation operation)
    {
        operation = null!;
        if (item.Concurrency is not ("" or "first-write" or "last-write"))
        {
            return StateFault.Failure($"unrecognized concurrency model '{item.Concurrency}'");
        }

        if (item.Consistency is not ("" or "eventual" or "strong"))
        {
            return StateFault.Failure($"unrecognized consistency model '{item.Consistency}'");
        }

        TimeSpan? ttl = null;
        if (kind == StateOperationKind.Upsert && ParseTtl(item.Metadata, traits, out ttl) is { } why)
        {
            return StateFault.Failure(why);
        }

        var etag = string.IsNullOrEmpty(item.ETag) ? null : item.ETag;
        operation = new()
        {
            Kind = kind,
            Key = storedKey,
            Value = item.Value,
            ETag = etag,
            // A delete without an etag is unconditional whatever the model (recorded: grpc-state-delete-sqlite).
            FirstWrite = kind == StateOperationKind.Upsert && item.Concurrency == "first-write",
            LastWrite = item.Concurrency == "last-write",
            Strong = item.Consistency == "strong",
            Ttl = ttl,
        };
        return null;
    }

    /// <summary>What a store with <see cref="StateStoreTraits.JsonNeedsModule"/> says in a transaction.</summary>
    public static StateFault? CheckContentType(StateItem item, StateStoreTraits traits) =>
        traits.HasFlag(StateStoreTraits.JsonNeedsModule) && Find(item.Metadata, "contentType") == "application/json"
            ? StateFault.Failure("the content type application/json needs RedisJSON on the server")
            : null;

    /// <summary>Contract section 3.5: an integer; 0 and −1 mean no expiry; below is an error in some stores, in the words of the sqlite one.</summary>
    private static string? ParseTtl(IReadOnlyDictionary<string, string>? metadata, StateStoreTraits traits, out TimeSpan? ttl)
    {
        const string Prefix = "error parsing TTL: incorrect value for metadata 'ttlInSeconds': ";
        ttl = null;
        if (Find(metadata, "ttlInSeconds") is not { Length: > 0 } text)
        {
            return null;
        }

        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            return $"{Prefix}strconv.ParseInt: parsing \"{text}\": invalid syntax";
        }

        if (seconds < -1 && !traits.HasFlag(StateStoreTraits.AnyNegativeTtl))
        {
            return Prefix + "must be -1 or greater";
        }

        ttl = seconds > 0 ? TimeSpan.FromSeconds(Math.Min(seconds, TtlSecondsMax)) : null;
        return null;
    }

    private static string? Find(IReadOnlyDictionary<string, string>? metadata, string name)
    {
        if (metadata is null || metadata.Count == 0)
        {
            return null;
        }

        foreach (var (key, value) in metadata)
        {
            if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }
}
