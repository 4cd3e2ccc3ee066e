using System.Globalization;
using System.Text.Json;
using Dapr;
using Dapr.Actors.Runtime;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.State;

namespace EmbeddedDapr.Server.InProcess;

/// <summary>
/// State of one actor without HTTP. Behaves as the SDK's own: reads once and keeps, collects changes, writes them in one transaction when the turn is over, forgets
/// everything when it failed. One thing is left out: setting a state does not first ask whether it exists, because writing and inserting are the same to the store.
/// </summary>
public sealed class InProcessActorStateManager(Sidecar sidecar, ActorHost host) : IActorStateManager
{
    private readonly ActorStateCache _own = new();
    private readonly string _actorType = host.ActorTypeInfo.ActorTypeName;
    private readonly string _actorId = host.Id.GetId();
    private readonly JsonSerializerOptions _json = host.JsonSerializerOptions;

    private ActorStateCache Cache => InProcessTurn.Current?.CacheOf(this) ?? _own;

    private DateTimeOffset Now => sidecar.Time.GetUtcNow();

    /// <inheritdoc/>
    public Task AddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default) => AddAsync(stateName, value, null, cancellationToken);

    /// <inheritdoc/>
    public Task AddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) =>
        AddAsync(stateName, value, ttl, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryAddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default) =>
        TryAddAsync(stateName, value, null, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryAddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) =>
        TryAddAsync(stateName, value, ttl, cancellationToken);

    /// <inheritdoc/>
    public async Task<T> GetStateAsync<T>(string stateName, CancellationToken cancellationToken = default)
    {
        var found = await TryGetStateAsync<T>(stateName, cancellationToken);
        return found.HasValue
            ? found.Value
            : throw new KeyNotFoundException(string.Create(CultureInfo.InvariantCulture, $"Actor State with name {stateName} was not found."));
    }

    /// <inheritdoc/>
    public async Task<ConditionalValue<T>> TryGetStateAsync<T>(string stateName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        var cache = Cache;
        if (cache.Find(stateName) is { } known)
        {
            return known.Change == StateChangeKind.Remove || known.IsExpired(Now) ? default : new ConditionalValue<T>(true, (T)known.Value!);
        }

        if (await ReadAsync(stateName, cancellationToken) is not { } stored)
        {
            return default;
        }

        var value = JsonSerializer.Deserialize<T>(stored.Value.Span, _json)!;
        cache.Put(stateName, value, typeof(T), StateChangeKind.None, stored.ExpiresAt);
        return new ConditionalValue<T>(true, value);
    }

    /// <inheritdoc/>
    public Task SetStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default) => SetAsync(stateName, value, null);

    /// <inheritdoc/>
    public Task SetStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) => SetAsync(stateName, value, ttl);

    /// <inheritdoc/>
    public async Task RemoveStateAsync(string stateName, CancellationToken cancellationToken = default)
    {
        if (!await TryRemoveStateAsync(stateName, cancellationToken))
        {
            throw new KeyNotFoundException(string.Create(CultureInfo.InvariantCulture, $"Actor State with name {stateName} was not found."));
        }
    }

    /// <inheritdoc/>
    public async Task<bool> TryRemoveStateAsync(string stateName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        var cache = Cache;
        if (cache.Find(stateName) is { } known)
        {
            if (known.IsExpired(Now) || known.Change == StateChangeKind.Add)
            {
                cache.Forget(stateName);
                return !known.IsExpired(Now);
            }

            if (known.Change == StateChangeKind.Remove)
            {
                return false;
            }

            known.Change = StateChangeKind.Remove;
            return true;
        }

        if (await ReadAsync(stateName, cancellationToken) is null)
        {
            return false;
        }

        cache.Put(stateName, null, typeof(object), StateChangeKind.Remove, null);
        return true;
    }

    /// <inheritdoc/>
    public async Task<bool> ContainsStateAsync(string stateName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        return Cache.Find(stateName) is { } known
            ? known.Change != StateChangeKind.Remove && !known.IsExpired(Now)
            : await ReadAsync(stateName, cancellationToken) is not null;
    }

    /// <inheritdoc/>
    public Task<T> GetOrAddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default) =>
        GetOrAddAsync(stateName, value, null, cancellationToken);

    /// <inheritdoc/>
    public Task<T> GetOrAddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) =>
        GetOrAddAsync(stateName, value, ttl, cancellationToken);

    /// <inheritdoc/>
    public Task<T> AddOrUpdateStateAsync<T>(string stateName, T addValue, Func<string, T, T> updateValueFactory, CancellationToken cancellationToken = default) =>
        AddOrUpdateAsync(stateName, addValue, updateValueFactory, null, cancellationToken);

    /// <inheritdoc/>
    public Task<T> AddOrUpdateStateAsync<T>(
        string stateName,
        T addValue,
        Func<string, T, T> updateValueFactory,
        TimeSpan ttl,
        CancellationToken cancellationToken = default) => AddOrUpdateAsync(stateName, addValue, updateValueFactory, ttl, cancellationToken);

    /// <inheritdoc/>
    public Task UnloadStateAsync(string stateName, UnloadStateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        if (Cache.Find(stateName) is { } known)
        {
            if (known.Change != StateChangeKind.None && options?.AllowUnloadingWhenStateModified != true)
            {
                throw new InvalidOperationException($"Actor State with name {stateName} is modified and not saved yet.");
            }

            Cache.Forget(stateName);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ClearCacheAsync(CancellationToken cancellationToken = default)
    {
        Cache.Clear();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task SaveStateAsync(CancellationToken cancellationToken = default)
    {
        var cache = Cache;
        var now = Now;
        List<ActorStateOperation>? operations = null;
        foreach (var (name, state) in cache.States)
        {
            switch (state.Change)
            {
                case StateChangeKind.None:
                    break;
                case StateChangeKind.Remove:
                    (operations ??= []).Add(new ActorStateOperation(StateOperationKind.Delete, name, default));
                    break;
                case StateChangeKind.Add or StateChangeKind.Update:
                    var json = JsonSerializer.SerializeToUtf8Bytes(state.Value, state.Type, _json);
                    (operations ??= []).Add(new ActorStateOperation(StateOperationKind.Upsert, name, json, ETag: null, Ttl(state, now)));
                    break;
                default:
                    throw new InvalidOperationException($"Change {state.Change} is unknown.");
            }
        }

        if (operations is null)
        {
            return;
        }

        if (await sidecar.Actors.WriteStateAsync(_actorType, _actorId, operations, cancellationToken) is { } error)
        {
            throw new DaprApiException(error.Message, error.Code, isTransient: false);
        }

        cache.MarkSaved();
    }

    // Whole seconds, rounded up, as the SDK sends them; at least one, since zero would mean for ever.
    private static TimeSpan? Ttl(CachedState state, DateTimeOffset now) =>
        state.ExpiresAt is { } end ? TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling((end - now).TotalSeconds))) : null;

    private async Task AddAsync<T>(string stateName, T value, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        if (!await TryAddAsync(stateName, value, ttl, cancellationToken))
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Actor State with name {stateName} already exists."));
        }
    }

    private async Task<bool> TryAddAsync<T>(string stateName, T value, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        var cache = Cache;
        if (cache.Find(stateName) is { } known)
        {
            if (known.Change != StateChangeKind.Remove && !known.IsExpired(Now))
            {
                return false;
            }

            cache.Put(stateName, value, typeof(T), StateChangeKind.Update, Expiry(ttl));
            return true;
        }

        if (await ReadAsync(stateName, cancellationToken) is not null)
        {
            return false;
        }

        cache.Put(stateName, value, typeof(T), StateChangeKind.Add, Expiry(ttl));
        return true;
    }

    private Task SetAsync<T>(string stateName, T value, TimeSpan? ttl)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        var cache = Cache;
        var change = cache.Find(stateName)?.Change == StateChangeKind.Add ? StateChangeKind.Add : StateChangeKind.Update;
        cache.Put(stateName, value, typeof(T), change, Expiry(ttl));
        return Task.CompletedTask;
    }

    private async Task<T> GetOrAddAsync<T>(string stateName, T value, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        var found = await TryGetStateAsync<T>(stateName, cancellationToken);
        if (found.HasValue)
        {
            return found.Value;
        }

        var change = Cache.Find(stateName) is null ? StateChangeKind.Add : StateChangeKind.Update;
        Cache.Put(stateName, value, typeof(T), change, Expiry(ttl));
        return value;
    }

    private async Task<T> AddOrUpdateAsync<T>(string stateName, T addValue, Func<string, T, T> update, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(update);
        var found = await TryGetStateAsync<T>(stateName, cancellationToken);
        var value = found.HasValue ? update(stateName, found.Value) : addValue;
        var change = Cache.Find(stateName) switch
        {
            null => StateChangeKind.Add,
            { Change: StateChangeKind.Add } => StateChangeKind.Add,
            _ => StateChangeKind.Update,
        };
        Cache.Put(stateName, value, typeof(T), change, Expiry(ttl));
        return value;
    }

    private async Task<StateValue?> ReadAsync(string stateName, CancellationToken cancellationToken)
    {
        var result = await sidecar.Actors.GetStateAsync(_actorType, _actorId, stateName, cancellationToken);
        if (result.Error is { } error)
        {
            throw new DaprApiException(error.Message, error.Code, isTransient: false);
        }

        return result.Value is { Value.Length: > 0 } stored ? stored : null;
    }

    private DateTimeOffset? Expiry(TimeSpan? ttl) => ttl is { } lifetime ? Now + lifetime : null;
}
