using System.Globalization;

namespace EmbeddedDapr.PubSub;

/// <summary>Metadata of publish calls; names match without regard to case. Pure.</summary>
internal static class PublishMetadata
{
    public const string RawPayload = "rawPayload";

    private const string OverridePrefix = "cloudevent.";

    /// <summary>Longest lifetime that a date can bear.</summary>
    private const long TtlSecondsMax = 100_000_000_000;

    public static IReadOnlyDictionary<string, string> None { get; } = new Dictionary<string, string>();

    public static string? Find(IReadOnlyDictionary<string, string>? metadata, string name)
    {
        if (metadata is null || metadata.Count == 0)
        {
            return null;
        }

        if (metadata.TryGetValue(name, out var exact))
        {
            return exact;
        }

        foreach (var (key, value) in metadata)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>Reads <c>rawPayload</c> as Go's <c>strconv.ParseBool</c> does; false with a text when it is no boolean.</summary>
    public static bool TryRaw(IReadOnlyDictionary<string, string>? metadata, out bool raw, out string why)
    {
        why = string.Empty;
        raw = false;
        switch (Find(metadata, RawPayload))
        {
            case null or "0" or "f" or "F" or "false" or "FALSE" or "False":
                return true;
            case "1" or "t" or "T" or "true" or "TRUE" or "True":
                return raw = true;
            case var text:
                why = $"rawPayload value must be a valid boolean: actual is '{text}'";
                return false;
        }
    }

    /// <summary>Lifetime; what is no positive integer is ignored (recorded: pubsub-ttl).</summary>
    public static TimeSpan? Ttl(IReadOnlyDictionary<string, string>? metadata) =>
        Find(metadata, "ttlInSeconds") is { } text
        && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
        && seconds > 0
            ? TimeSpan.FromSeconds(Math.Min(seconds, TtlSecondsMax))
            : null;

    /// <summary>Value of <c>cloudevent.NAME</c>.</summary>
    public static string? Override(IReadOnlyDictionary<string, string>? metadata, string field) =>
        metadata is null || metadata.Count == 0 ? null : Find(metadata, OverridePrefix + field);

    /// <summary>
    /// What an entry of a bulk call has: the request's metadata reaches only entries with metadata of their own, which win
    /// (recorded: bulk-publish-metadata, grpc-pubsub-bulk-metadata).
    /// </summary>
    public static IReadOnlyDictionary<string, string>? OfEntry(IReadOnlyDictionary<string, string>? request, IReadOnlyDictionary<string, string>? entry)
    {
        if (entry is null || entry.Count == 0 || request is null || request.Count == 0)
        {
            return entry;
        }

        var merged = new Dictionary<string, string>(request, StringComparer.Ordinal);
        foreach (var (name, value) in entry)
        {
            merged[name] = value;
        }

        return merged;
    }
}
