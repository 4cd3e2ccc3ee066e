namespace EmbeddedDapr.State;

/// <summary>What a state store can do; the names are those of <c>/v1.0/metadata</c>.</summary>
[Flags]
public enum StateStoreFeatures
{
    /// <summary>Get, set, delete.</summary>
    None = 0,

    /// <summary><c>ETAG</c>.</summary>
    ETag = 1,

    /// <summary><c>TRANSACTIONAL</c>.</summary>
    Transactional = 2,

    /// <summary><c>TTL</c>.</summary>
    Ttl = 4,

    /// <summary><c>DELETE_WITH_PREFIX</c>.</summary>
    DeleteWithPrefix = 8,

    /// <summary><c>KEYS_LIKE</c>.</summary>
    KeysLike = 16,

    /// <summary><c>QUERY_API</c>.</summary>
    Query = 32,
}

/// <summary>Where the stores of daprd differ in what they accept and answer; <see cref="None"/> is <c>state.sqlite</c>.</summary>
[Flags]
public enum StateStoreTraits
{
    /// <summary>As <c>state.sqlite</c>.</summary>
    None = 0,

    /// <summary>Any negative <c>ttlInSeconds</c> means no expiry, not only −1 (recorded: grpc-state-ttl-redis, grpc-state-ttl-memory).</summary>
    AnyNegativeTtl = 1,

    /// <summary>A bulk get answers a key as often as it is named (recorded: grpc-state-bulk-get-redis, grpc-state-bulk-get-memory).</summary>
    RepeatsKeys = 2,

    /// <summary>Items of content type <c>application/json</c> in a transaction need a module that the store lacks (recorded: grpc-state-content-type-redis).</summary>
    JsonNeedsModule = 4,
}

/// <summary>A value that is stored.</summary>
/// <param name="Value">The bytes, as written.</param>
/// <param name="ETag">Changes with every write.</param>
/// <param name="ExpiresAt">When it will be gone; null: never.</param>
public sealed record StateValue(ReadOnlyMemory<byte> Value, string ETag, DateTimeOffset? ExpiresAt = null);

/// <summary>What an operation does.</summary>
public enum StateOperationKind
{
    /// <summary>Writes a value.</summary>
    Upsert,

    /// <summary>Removes a key; a key that is not there is fine unless an etag is given.</summary>
    Delete,
}

/// <summary>One write. Keys are final: prefixes have been added.</summary>
public sealed record StateOperation
{
    /// <summary>Upsert or delete.</summary>
    public required StateOperationKind Kind { get; init; }

    /// <summary>The stored key.</summary>
    public required string Key { get; init; }

    /// <summary>The bytes to write.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>Write only if the stored etag is this; null: do not compare. A missing key never matches (contract section 3.6).</summary>
    public string? ETag { get; init; }

    /// <summary>Asked for with <c>first-write</c>. Without an etag: insert only; an existing key is a mismatch.</summary>
    public bool FirstWrite { get; init; }

    /// <summary>Asked for with <c>last-write</c>: <c>state.redis</c> then ignores the etag, the other stores compare it (contract section 3.6).</summary>
    public bool LastWrite { get; init; }

    /// <summary>Asked for with consistency <c>strong</c>: a store with replicas waits for them.</summary>
    public bool Strong { get; init; }

    /// <summary>Lifetime; null: forever, and an earlier lifetime is cleared.</summary>
    public TimeSpan? Ttl { get; init; }
}

/// <summary>Whether a write happened.</summary>
public enum StateWriteOutcome
{
    /// <summary>All of it, durably where the store is durable.</summary>
    Done,

    /// <summary>Nothing: an etag did not match.</summary>
    ETagMismatch,

    /// <summary>Nothing: an etag that this store could never have given out.</summary>
    ETagInvalid,

    /// <summary>Not that key: it exists, and the store does not count that as a mismatch of etags (recorded: state-first-write-redis).</summary>
    KeyExists,
}

/// <summary>A state store. Thread safe. Failures of the medium are exceptions, refusals are outcomes.</summary>
public interface IStateStore : IAsyncDisposable
{
    /// <summary>What it can do.</summary>
    StateStoreFeatures Features { get; }

    /// <summary>How it differs from <c>state.sqlite</c>.</summary>
    StateStoreTraits Traits { get; }

    /// <summary>The value, or null when the key is missing or expired.</summary>
    ValueTask<StateValue?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>The values in the order of the keys; null for missing ones. One moment in time for all of them.</summary>
    ValueTask<IReadOnlyList<StateValue?>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>
    /// Carries out all operations in order, or none (<c>state.redis</c>: those that it does not refuse). When the task completes with <see cref="StateWriteOutcome.Done"/> a durable store has it on disk.
    /// Cancellation is honoured only until the write has begun.
    /// </summary>
    ValueTask<StateWriteOutcome> WriteAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken);
}
