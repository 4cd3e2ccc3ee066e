using EmbeddedDapr.Components;
using EmbeddedDapr.Diagnostics;
using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.State;

/// <summary>
/// The state API of one sidecar (Dapr API reference, state management). Checks go store, keys, options; nothing is written before all have passed.
/// Thread safe.
/// </summary>
public sealed class StateApi
{
    private readonly Sidecar _sidecar;
    private readonly SidecarMetrics? _metrics;
    private readonly Dictionary<string, string> _prefixes = new(StringComparer.Ordinal);

    internal StateApi(Sidecar sidecar)
    {
        _sidecar = sidecar;
        _metrics = sidecar.Metrics;
        foreach (var (name, loaded) in sidecar.Components.StateStores)
        {
            _prefixes[name] = StateKeys.PrefixOf(loaded.Spec, sidecar.Options);
        }
    }

    /// <summary>Whether the store can be used; null: yes.</summary>
    public ApiError? Check(string store) => TryStore(store, out _);

    /// <summary>One value; null: missing or expired.</summary>
    public async ValueTask<ApiResult<StateValue?>> GetAsync(string store, string key, CancellationToken cancellationToken)
    {
        if ((TryStore(store, out var loaded) ?? CheckKey(store, key)) is { } refusal)
        {
            return refusal;
        }

        var start = _metrics?.Start() ?? 0;
        try
        {
            var value = await loaded.Instance.GetAsync(_prefixes[store] + key, cancellationToken);
            _metrics?.State(store, "get", success: true, start);
            return ApiResult.Ok(value);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _metrics?.State(store, "get", success: false, start);
            return ApiErrors.StateGet(store, key, exception.Message);
        }
    }

    /// <summary>Several values in the order of their keys, a key named twice once or twice, as the store does it; null for missing ones.</summary>
    public async ValueTask<ApiResult<IReadOnlyList<KeyValuePair<string, StateValue?>>>> GetBulkAsync(
        string store,
        IReadOnlyList<string> keys,
        CancellationToken cancellationToken)
    {
        if ((TryStore(store, out var loaded) ?? CheckKeys(store, keys)) is { } refusal)
        {
            return refusal;
        }

        var distinct = loaded.Instance.Traits.HasFlag(StateStoreTraits.RepeatsKeys) ? [.. keys] : keys.Distinct(StringComparer.Ordinal).ToList();
        if (distinct.Count == 0)
        {
            return ApiResult.Ok<IReadOnlyList<KeyValuePair<string, StateValue?>>>([]);
        }

        var start = _metrics?.Start() ?? 0;
        try
        {
            var prefix = _prefixes[store];
            var values = await loaded.Instance.GetManyAsync(distinct.ConvertAll(key => prefix + key), cancellationToken);
            _metrics?.State(store, "bulk_get", success: true, start);
            return ApiResult.Ok<IReadOnlyList<KeyValuePair<string, StateValue?>>>(
                distinct.Zip(values, (key, value) => KeyValuePair.Create(key, value)).ToList());
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _metrics?.State(store, "bulk_get", success: false, start);
            return ApiErrors.StateBulkGet(store, exception.Message);
        }
    }

    /// <summary>Saves. Items are independent: one that fails does not undo the others (recorded: grpc-state-bulk-save-sqlite).</summary>
    public async ValueTask<ApiError?> SaveAsync(string store, IReadOnlyList<StateItem> items, CancellationToken cancellationToken)
    {
        if (TryStore(store, out var loaded) is { } unknown)
        {
            return unknown;
        }

        foreach (var item in items)
        {
            if ((item.Key.Length == 0 ? ApiErrors.StateEmptyKey() : CheckKey(store, item.Key)) is { } refusal)
            {
                return refusal;
            }
        }

        var start = _metrics?.Start() ?? 0;
        var fault = await WriteEachAsync(loaded, StateOperationKind.Upsert, items, cancellationToken);
        _metrics?.State(store, "set", fault is null, start);
        return fault is null ? null : ApiErrors.StateSave(store, fault);
    }

    /// <summary>Deletes one key; a missing one is fine unless an etag is given.</summary>
    public async ValueTask<ApiError?> DeleteAsync(string store, StateItem item, CancellationToken cancellationToken)
    {
        if ((TryStore(store, out var loaded) ?? CheckKey(store, item.Key)) is { } refusal)
        {
            return refusal;
        }

        var start = _metrics?.Start() ?? 0;
        var fault = await WriteEachAsync(loaded, StateOperationKind.Delete, [item], cancellationToken);
        _metrics?.State(store, "delete", fault is null, start);
        return fault is null ? null : ApiErrors.StateDelete(item.Key, fault);
    }

    /// <summary>Deletes several keys, each by itself.</summary>
    public async ValueTask<ApiError?> DeleteBulkAsync(string store, IReadOnlyList<StateItem> items, CancellationToken cancellationToken)
    {
        if ((TryStore(store, out var loaded) ?? CheckKeys(store, items.Select(item => item.Key))) is { } refusal)
        {
            return refusal;
        }

        var start = _metrics?.Start() ?? 0;
        var fault = await WriteEachAsync(loaded, StateOperationKind.Delete, items, cancellationToken);
        _metrics?.State(store, "bulk_delete", fault is null, start);
        return fault is null ? null : ApiErrors.StateBulkDelete(store, fault);
    }

    /// <summary>All operations or none. Any failure, a stale etag too, is the same error (contract section 3.1).</summary>
    public async ValueTask<ApiError?> TransactAsync(string store, IReadOnlyList<StateTransactionItem> items, CancellationToken cancellationToken)
    {
        if (TryStore(store, out var loaded) is { } unknown)
        {
            return unknown;
        }

        if (!loaded.Instance.Features.HasFlag(StateStoreFeatures.Transactional))
        {
            return ApiErrors.StateTransactionsNotSupported(store);
        }

        var operations = new List<StateOperation>(items.Count);
        StateFault? fault = null;
        foreach (var (word, item) in items)
        {
            if (CheckKey(store, item.Key) is { } refusal)
            {
                return refusal;
            }

            if (word is not ("upsert" or "delete"))
            {
                return ApiErrors.StateOperationNotSupported(word);
            }

            var kind = word == "upsert" ? StateOperationKind.Upsert : StateOperationKind.Delete;
            var refused = StateRequests.TryOperation(kind, item, _prefixes[store] + item.Key, loaded.Instance.Traits, out var operation);
            fault ??= refused ?? StateRequests.CheckContentType(item, loaded.Instance.Traits);
            operations.Add(operation);
        }

        var start = _metrics?.Start() ?? 0;
        fault ??= operations.Count == 0 ? null : await WriteAsync(loaded.Instance, operations, cancellationToken);
        _metrics?.State(store, "transaction", fault is null, start);
        return fault is null ? null : ApiErrors.StateTransaction(fault.Text);
    }

    /// <summary>Always a refusal: a store here either cannot be queried or lacks the module for it (contract section 3.4).</summary>
    public ApiError Query(string store) => TryStore(store, out var loaded)
        ?? (loaded.Instance.Features.HasFlag(StateStoreFeatures.Query) ? ApiErrors.StateQuery(store, "redis-json server support is required for query capability") : ApiErrors.StateQueryNotSupported(store));

    private ApiError? TryStore(string store, out Loaded<IStateStore> loaded)
    {
        if (_sidecar.Components.StateStores.TryGetValue(store, out loaded!))
        {
            return null;
        }

        return _prefixes.Count == 0 ? ApiErrors.StateStoreNotConfigured(store) : ApiErrors.StateStoreNotFound(store);
    }

    private static ApiError? CheckKey(string store, string key) => StateKeys.IsLegal(key) ? null : ApiErrors.StateIllegalKey(store, key);

    private static ApiError? CheckKeys(string store, IEnumerable<string> keys) =>
        keys.Select(key => CheckKey(store, key)).FirstOrDefault(error => error is not null);

    private async ValueTask<StateFault?> WriteEachAsync(
        Loaded<IStateStore> loaded,
        StateOperationKind kind,
        IReadOnlyList<StateItem> items,
        CancellationToken cancellationToken)
    {
        var prefix = _prefixes[loaded.Spec.Name];
        var operations = new List<StateOperation>(items.Count);
        var conditional = false;
        foreach (var item in items)
        {
            if (StateRequests.TryOperation(kind, item, prefix + item.Key, loaded.Instance.Traits, out var operation) is { } fault)
            {
                return fault;
            }

            operations.Add(operation);
            conditional |= operation.ETag is not null || operation.FirstWrite;
        }

        if (operations.Count == 0)
        {
            return null;
        }

        // Without conditions nothing can make one item fail alone, so that one write does for all.
        if (operations.Count == 1 || !conditional)
        {
            return await WriteAsync(loaded.Instance, operations, cancellationToken);
        }

        // All are under way together, so that a store which commits in groups needs one commit.
        var faults = await Task.WhenAll(operations.Select(operation => WriteAsync(loaded.Instance, [operation], cancellationToken).AsTask()));
        var worst = faults.FirstOrDefault(fault => fault is not null && fault != StateFault.Mismatch) ?? faults.FirstOrDefault(fault => fault is not null);
        return worst == StateFault.Mismatch ? StateFault.MismatchOfMany : worst;
    }

    private static async ValueTask<StateFault?> WriteAsync(IStateStore store, List<StateOperation> operations, CancellationToken cancellationToken)
    {
        try
        {
            return await store.WriteAsync(operations, cancellationToken) switch
            {
                StateWriteOutcome.Done => null,
                StateWriteOutcome.ETagMismatch => StateFault.Mismatch,
                StateWriteOutcome.ETagInvalid => StateFault.InvalidETag,
                StateWriteOutcome.KeyExists => StateFault.Failure($"failed to set key {operations[0].Key}"),
            };
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return StateFault.Failure(exception.Message);
        }
    }
}
