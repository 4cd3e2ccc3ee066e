using System.Collections.Concurrent;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Components.State;
using EmbeddedDapr.State;
using EmbeddedDapr.Workflows.Storage;

namespace EmbeddedDapr.Components.InMemory;

/// <summary><c>state.in-memory</c>: state and reminders of one sidecar, gone with the process. Expired keys read as missing and are swept every second.</summary>
internal sealed class InMemoryStateStore : IStateStore, IReminderStoreProvider, IWorkflowStoreProvider
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1); // contract section 3.6

    private static readonly Comparer<(DateTimeOffset At, string Key)> ByTime = Comparer<(DateTimeOffset At, string Key)>.Create(static (a, b) =>
        a.At.CompareTo(b.At) is not 0 and var time ? time : string.CompareOrdinal(a.Key, b.Key));

    private readonly Lock _lock = new();
    private readonly Dictionary<string, StateValue> _values = new(StringComparer.Ordinal);
    private readonly SortedSet<(DateTimeOffset At, string Key)> _expiries = new(ByTime);
    private readonly ConcurrentDictionary<string, InMemoryWorkflowStore> _workflows = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly ITimer _sweep;

    public InMemoryStateStore(TimeProvider time)
    {
        _time = time;
        _sweep = time.CreateTimer(static store => ((InMemoryStateStore)store!).Sweep(), this, SweepInterval, SweepInterval);
    }

    /// <inheritdoc/>
    public StateStoreFeatures Features =>
        StateStoreFeatures.ETag | StateStoreFeatures.Transactional | StateStoreFeatures.Ttl | StateStoreFeatures.DeleteWithPrefix | StateStoreFeatures.KeysLike;

    /// <inheritdoc/>
    public StateStoreTraits Traits => StateStoreTraits.AnyNegativeTtl | StateStoreTraits.RepeatsKeys;

    /// <inheritdoc/>
    public IReminderStore Reminders { get; } = new InMemoryReminderStore();

    /// <inheritdoc/>
    public bool IsDurable => false;

    /// <inheritdoc/>
    public ValueTask<IWorkflowStore> WorkflowsAsync(string appId, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IWorkflowStore>(_workflows.GetOrAdd(appId, static _ => new InMemoryWorkflowStore()));

    /// <summary>Keys held, expired ones that were not swept yet included.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _values.Count;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<StateValue?> GetAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return ValueTask.FromResult(Live_NeedsLock(key, _time.GetUtcNow()));
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StateValue?>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = _time.GetUtcNow();
        var values = new StateValue?[keys.Count];
        lock (_lock)
        {
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = Live_NeedsLock(keys[i], now);
            }
        }

        return ValueTask.FromResult<IReadOnlyList<StateValue?>>(values);
    }

    /// <inheritdoc/>
    public ValueTask<StateWriteOutcome> WriteAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = _time.GetUtcNow();
        lock (_lock)
        {
            if (!StateConditions.Hold(operations, (Store: this, Now: now), static (at, key) => at.Store.Live_NeedsLock(key, at.Now)?.ETag))
            {
                return ValueTask.FromResult(StateWriteOutcome.ETagMismatch);
            }

            foreach (var operation in operations)
            {
                Apply_NeedsLock(operation, now);
            }
        }

        return ValueTask.FromResult(StateWriteOutcome.Done);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _sweep.DisposeAsync();

    private StateValue? Live_NeedsLock(string key, DateTimeOffset now) =>
        _values.TryGetValue(key, out var value) && !(value.ExpiresAt <= now) ? value : null;

    private void Apply_NeedsLock(StateOperation operation, DateTimeOffset now)
    {
        if (_values.Remove(operation.Key, out var old) && old.ExpiresAt is { } oldExpiry)
        {
            _expiries.Remove((oldExpiry, operation.Key));
        }

        if (operation.Kind == StateOperationKind.Delete)
        {
            return;
        }

        // A lifetime beyond the calendar is for ever. The value is copied: the caller's buffer may be used again after this call.
        DateTimeOffset? expires = operation.Ttl is { } ttl && ttl < DateTimeOffset.MaxValue - now ? now + ttl : null;
        _values.Add(operation.Key, new StateValue(operation.Value.ToArray(), ETags.Next().ToString(), expires));
        if (expires is { } at)
        {
            _expiries.Add((at, operation.Key));
        }
    }

    private void Sweep()
    {
        var now = _time.GetUtcNow();
        lock (_lock)
        {
            while (_expiries.Count > 0 && _expiries.Min is var first && first.At <= now)
            {
                _expiries.Remove(first);
                _values.Remove(first.Key);
            }
        }
    }
}
