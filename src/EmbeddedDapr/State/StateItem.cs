namespace EmbeddedDapr.State;

/// <summary>One item of a state request, as an app sends it.</summary>
public sealed record StateItem
{
    /// <summary>Key without prefix.</summary>
    public required string Key { get; init; }

    /// <summary>The bytes to store.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>Null or empty: none.</summary>
    public string? ETag { get; init; }

    /// <summary>Such as <c>ttlInSeconds</c>; null: none.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary><c>first-write</c>, <c>last-write</c>, or empty.</summary>
    public string Concurrency { get; init; } = string.Empty;

    /// <summary><c>eventual</c>, <c>strong</c>, or empty. Checked, then ignored: the stores here are always strong.</summary>
    public string Consistency { get; init; } = string.Empty;
}

/// <summary>One operation of a state transaction.</summary>
/// <param name="Operation"><c>upsert</c> or <c>delete</c>.</param>
/// <param name="Item">What it applies to.</param>
public sealed record StateTransactionItem(string Operation, StateItem Item);

/// <summary>Why a write failed: what stands behind the colon of the error text, and its statuses.</summary>
internal sealed record StateFault(string Text, int HttpStatus, GrpcCode Grpc)
{
    private const string MismatchText = "possible etag mismatch. error from state store";

    public static StateFault Mismatch { get; } = new(MismatchText, 409, GrpcCode.Aborted);

    // In a request of several items the text has its first part twice (recorded: grpc-state-bulk-save-sqlite).
    public static StateFault MismatchOfMany { get; } = new($"{MismatchText}: {MismatchText}", 409, GrpcCode.Aborted);

    public static StateFault InvalidETag { get; } = new("invalid etag value", 400, GrpcCode.InvalidArgument);

    public static StateFault Failure(string text) => new(text, 500, GrpcCode.Internal);
}
