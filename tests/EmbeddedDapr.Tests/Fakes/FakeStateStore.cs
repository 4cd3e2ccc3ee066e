using EmbeddedDapr.State;

namespace EmbeddedDapr.Tests.Fakes;

/// <summary>A state store in a dictionary, with etags and lifetimes.</summary>
internal sealed class FakeStateStore(TimeProvider time) : IStateStore
{
    private readonly Lock _lock = new();
    private int _etag;

    public Dictionary<string, StateValue> Values { get; } = new(StringComparer.Ordinal);

    public StateStoreTraits Traits => StateStoreTraits.None;

    public StateStoreFeatures Features { get; init; } = StateStoreFeatures.ETag | StateStoreFeatures.Transactional | StateStoreFeatures.Ttl;

    /// <summary>Thrown by every call when set.</summary>
    public Exception? Fault { get; set; }

    public int Writes { get; private set; }

    public ValueTask<StateValue?> GetAsync(string key, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Fault is null ? ValueTask.FromResult(Find(key)) : throw Fault;
        }
    }

    public ValueTask<IReadOnlyList<StateValue?>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Fault is null ? ValueTask.FromResult<IReadOnlyList<StateValue?>>(keys.Select(Find).ToList()) : throw Fault;
        }
    }

    public ValueTask<StateWriteOutcome> WriteAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (Fault is not null)
            {
                throw Fault;
            }

            Writes++;
            if (operations.Any(operation => operation.ETag is { } etag ? Find(operation.Key)?.ETag != etag : operation.FirstWrite && Find(operation.Key) is not null))
            {
                return ValueTask.FromResult(StateWriteOutcome.ETagMismatch);
            }

            foreach (var operation in operations)
            {
                if (operation.Kind == StateOperationKind.Delete)
                {
                    Values.Remove(operation.Key);
                }
                else
                {
                    Values[operation.Key] = new(operation.Value.ToArray(), $"e{++_etag}", operation.Ttl is { } ttl ? time.GetUtcNow() + ttl : null);
                }
            }

            return ValueTask.FromResult(StateWriteOutcome.Done);
        }
    }

    public ValueTask DisposeAsync() => default;

    private StateValue? Find(string key) => Values.TryGetValue(key, out var value) && !(value.ExpiresAt <= time.GetUtcNow()) ? value : null;
}
