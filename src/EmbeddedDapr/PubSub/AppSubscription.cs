namespace EmbeddedDapr.PubSub;

/// <summary>How a subscription came to be; the names are those of <c>/v1.0/metadata</c>.</summary>
public enum SubscriptionKind
{
    /// <summary>From <c>GET /dapr/subscribe</c>.</summary>
    Programmatic,

    /// <summary>From a resource file.</summary>
    Declarative,

    /// <summary>From an open stream.</summary>
    Streaming,
}

/// <summary>A routing rule: the first whose expression is true takes the event.</summary>
/// <param name="Match">CEL over <c>event</c>; empty: always.</param>
/// <param name="Path">Route in the app.</param>
public sealed record RouteRule(string Match, string Path);

/// <summary>A subscription of an app (contract sections 4.3, 4.4).</summary>
public sealed record AppSubscription
{
    /// <summary>Pub/sub component.</summary>
    public required string PubSubName { get; init; }

    /// <summary>Topic.</summary>
    public required string Topic { get; init; }

    /// <summary>Rules in order; the default route is the last, with an empty match.</summary>
    public required IReadOnlyList<RouteRule> Rules { get; init; }

    /// <summary>Such as <c>rawPayload</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Null: none.</summary>
    public string? DeadLetterTopic { get; init; }

    /// <summary>Null: one event a call.</summary>
    public BulkSubscribeOptions? Bulk { get; init; }

    /// <summary>Where it came from.</summary>
    public required SubscriptionKind Kind { get; init; }

    /// <summary>Messages are no envelopes: each gets one made around it.</summary>
    internal bool IsRaw => PublishMetadata.TryRaw(Metadata, out var raw, out _) && raw;
}

/// <summary>Bulk delivery.</summary>
/// <param name="MessagesMax">Most events in a call, 100 by default.</param>
/// <param name="AwaitMax">How long a batch may fill, 1 s by default.</param>
public sealed record BulkSubscribeOptions(int MessagesMax, TimeSpan AwaitMax);
