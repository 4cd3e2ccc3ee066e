namespace EmbeddedDapr.PubSub;

/// <summary>Through which head a publish call came; a few rules differ.</summary>
public enum PublishHead
{
    /// <summary>HTTP.</summary>
    Http,

    /// <summary>gRPC.</summary>
    Grpc,
}

/// <summary>The trace of a publish call.</summary>
/// <param name="Parent">Its <c>traceparent</c>; not all zero.</param>
/// <param name="State">Its <c>tracestate</c>; empty: none.</param>
public sealed record PublishTrace(string Parent, string State);

/// <summary>Publishes one event.</summary>
public sealed record PublishRequest
{
    /// <summary>Component.</summary>
    public required string PubSubName { get; init; }

    /// <summary>Topic.</summary>
    public required string Topic { get; init; }

    /// <summary>Payload; must stay unchanged until the call returned.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Empty: <c>text/plain</c>.</summary>
    public string ContentType { get; init; } = string.Empty;

    /// <summary>Null: none.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Which head.</summary>
    public PublishHead Head { get; init; }

    /// <summary>Goes on in the event; null: none.</summary>
    public PublishTrace? Trace { get; init; }
}

/// <summary>An event of a bulk call.</summary>
/// <param name="EntryId">Must not be empty, and unique within the call.</param>
/// <param name="Data">Payload.</param>
/// <param name="ContentType">Empty: <c>text/plain</c>.</param>
/// <param name="Metadata">Of this event; null: none.</param>
public sealed record BulkPublishEntry(string EntryId, ReadOnlyMemory<byte> Data, string ContentType, IReadOnlyDictionary<string, string>? Metadata = null);

/// <summary>Publishes several events to one topic.</summary>
public sealed record BulkPublishRequest
{
    /// <summary>Component.</summary>
    public required string PubSubName { get; init; }

    /// <summary>Topic.</summary>
    public required string Topic { get; init; }

    /// <summary>In the order in which they are published.</summary>
    public required IReadOnlyList<BulkPublishEntry> Entries { get; init; }

    /// <summary>Of the request; null: none.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Which head.</summary>
    public PublishHead Head { get; init; }

    /// <summary>Goes on in the event; null: none.</summary>
    public PublishTrace? Trace { get; init; }
}

/// <summary>An event of a bulk call that could not be published.</summary>
/// <param name="EntryId">Which.</param>
/// <param name="Error">Why.</param>
public sealed record BulkPublishFailure(string EntryId, string Error);
