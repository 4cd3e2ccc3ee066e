using EmbeddedDapr.Components;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.State;

namespace EmbeddedDapr.Actors;

/// <summary>One write of an actor's state.</summary>
/// <param name="Kind">Upsert or delete.</param>
/// <param name="Key">The actor's own name for it.</param>
/// <param name="Value">Raw JSON.</param>
/// <param name="ETag">Null: not compared.</param>
/// <param name="Ttl">Lifetime; null: for ever.</param>
public readonly record struct ActorStateOperation(StateOperationKind Kind, string Key, ReadOnlyMemory<byte> Value, string? ETag = null, TimeSpan? Ttl = null);

/// <content>State (contract section 2.5). Values are kept as the JSON text that was sent.</content>
public sealed partial class ActorApi
{
    private const string StoreFlag = "actorStateStore";
    private readonly Loaded<IStateStore>? _store;
    private readonly string _statePrefix;

    /// <summary>A value; null: there is none. Asks neither whether the type is hosted nor whether the actor is active, as daprd does not.</summary>
    public async ValueTask<ApiResult<StateValue?>> GetStateAsync(string actorType, string actorId, string key, CancellationToken cancellationToken)
    {
        if (Refusal(actorType) is { } refusal)
        {
            return refusal;
        }

        if (_store is null)
        {
            // Neither a store nor a type of its own: this sidecar has nothing to do with actors, which daprd tells as it is configured then (recorded: runtime-api-denied).
            return _sidecar.DeclaresActors ? ApiErrors.ActorRuntimeNotFound() : ApiErrors.ActorNoPlacement();
        }

        try
        {
            return await _store.Instance.GetAsync(StateKey(actorType, actorId, key), cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.ActorStateGet(exception.Message);
        }
    }

    /// <summary>Carries out a transaction in the JSON form of the HTTP API.</summary>
    public ValueTask<ApiError?> WriteStateAsync(string actorType, string actorId, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        var parsed = ActorStateJson.Parse(json, Lifetimes, out var fault);
        return parsed is null
            ? new(ApiErrors.MalformedRequest(fault))
            : WriteStateAsync(actorType, actorId, parsed, fault.Length == 0 ? null : fault, cancellationToken);
    }

    /// <summary>Carries out all operations in order, or none. Null: done, and durable where the store is.</summary>
    public ValueTask<ApiError?> WriteStateAsync(string actorType, string actorId, IReadOnlyList<ActorStateOperation> operations, CancellationToken cancellationToken) =>
        WriteStateAsync(actorType, actorId, operations, fault: null, cancellationToken);

    /// <summary>What <c>ttlInSeconds</c> of an operation means here.</summary>
    internal ActorStateTtl Lifetimes => new(
        _sidecar.Options.Configuration.HasFeature(ActorStateTtl.Feature),
        _store?.Instance.Traits.HasFlag(StateStoreTraits.AnyNegativeTtl) != true);

    private static Loaded<IStateStore>? FindStore(Sidecar sidecar)
    {
        var stores = sidecar.Components.StateStores.Values.Where(store => store.Spec.Metadata.Flag(StoreFlag)).ToArray();
        if (stores.Length > 1)
        {
            throw new ComponentException($"detected duplicate actor state store: {stores[0].Spec.Name} and {stores[1].Spec.Name}");
        }

        const StateStoreFeatures needed = StateStoreFeatures.ETag | StateStoreFeatures.Transactional;
        return stores is [var store] && (store.Instance.Features & needed) == needed ? store : null;
    }

    /// <summary>With a <paramref name="fault"/> of the operations, which only matters once the actor turned out to be active.</summary>
    internal async ValueTask<ApiError?> WriteStateAsync(
        string actorType,
        string actorId,
        IReadOnlyList<ActorStateOperation> operations,
        string? fault,
        CancellationToken cancellationToken)
    {
        if (Refusal(actorType) is { } refusal)
        {
            return refusal;
        }

        if (_store is null || Runtime.Find(actorType) is not { } type || type.Sidecar != _sidecar || !type.IsActive(actorId))
        {
            return ApiErrors.ActorInstanceMissing();
        }

        if (fault is not null)
        {
            return ApiErrors.ActorStateTransaction(fault);
        }

        if (operations.Count == 0)
        {
            return null;
        }

        try
        {
            var writes = new StateOperation[operations.Count];
            for (var index = 0; index < writes.Length; index++)
            {
                var operation = operations[index];
                if (operation.Ttl is not null && !Lifetimes.IsEnabled)
                {
                    return ApiErrors.ActorStateTransaction(ActorStateTtl.Off);
                }

                writes[index] = new StateOperation
                {
                    Kind = operation.Kind,
                    Key = StateKey(actorType, actorId, operation.Key),
                    Value = operation.Value,
                    ETag = operation.ETag,
                    Ttl = operation.Ttl,
                };
            }

            return await _store.Instance.WriteAsync(writes, cancellationToken) switch
            {
                StateWriteOutcome.Done => null,
                StateWriteOutcome.ETagMismatch => ApiErrors.ActorStateTransaction("possible etag mismatch. error from state store: etag mismatch"),
                StateWriteOutcome.KeyExists => ApiErrors.ActorStateTransaction("the key exists"),
                StateWriteOutcome.ETagInvalid => ApiErrors.ActorStateTransaction("invalid etag value"),
            };
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.ActorStateTransaction(exception.Message);
        }
    }

    private string StateKey(string actorType, string actorId, string key) => string.Concat(_statePrefix, string.Concat(actorType, "||", actorId), "||", key);
}
