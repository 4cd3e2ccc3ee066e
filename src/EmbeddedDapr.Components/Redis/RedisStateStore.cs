using System.Globalization;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Components.Redis.Reminders;
using EmbeddedDapr.State;
using StackExchange.Redis;

namespace EmbeddedDapr.Components.Redis;

/// <summary>
/// <c>state.redis</c>, with the keys of daprd's component, so that both can share a database. Metadata besides <see cref="RedisSettings"/>: <c>ttlInSeconds</c>, the lifetime
/// of items that name none. Etags are counted versions. Several operations run as MULTI: together, but one that is refused does not undo the others (recorded:
/// grpc-state-transaction-etag-redis).
/// </summary>
internal sealed class RedisStateStore : IStateStore, IReminderStoreProvider
{
    private const int ReplicaWaitMilliseconds = 1000;
    private readonly RedisConnection _redis;
    private readonly TimeSpan? _defaultTtl;

    private RedisStateStore(RedisConnection redis, TimeSpan? defaultTtl)
    {
        _redis = redis;
        _defaultTtl = defaultTtl;
        Reminders = new RedisReminderStore(redis);
    }

    /// <inheritdoc/>
    public IReminderStore Reminders { get; }

    /// <inheritdoc/>
    public StateStoreFeatures Features => StateStoreFeatures.ETag | StateStoreFeatures.Transactional | StateStoreFeatures.Ttl | StateStoreFeatures.Query;

    /// <inheritdoc/>
    public StateStoreTraits Traits => StateStoreTraits.AnyNegativeTtl | StateStoreTraits.RepeatsKeys | StateStoreTraits.JsonNeedsModule;

    /// <exception cref="ComponentException">Metadata is wrong, or Redis does not answer.</exception>
    public static async Task<IStateStore> OpenAsync(ComponentSpec spec, CancellationToken cancellationToken)
    {
        var seconds = spec.Metadata.Number("ttlInSeconds", 0, min: int.MinValue);
        return new RedisStateStore(await RedisConnection.OpenAsync(spec, cancellationToken), seconds > 0 ? TimeSpan.FromSeconds(seconds) : null);
    }

    /// <inheritdoc/>
    public ValueTask<StateValue?> GetAsync(string key, CancellationToken cancellationToken) => _redis.RunAsync(key, static (redis, key) => ReadAsync(redis, key), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StateValue?>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) => _redis.RunAsync(
        keys,
        static async (redis, keys) => (IReadOnlyList<StateValue?>)await Task.WhenAll(keys.Select(key => ReadAsync(redis, key))),
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<StateWriteOutcome> WriteAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken)
    {
        foreach (var operation in operations)
        {
            // Only a save minds the form of an etag; a delete compares it as it is (recorded: state-etag-bad-redis).
            if (operation is { Kind: StateOperationKind.Upsert, LastWrite: false, ETag: { } etag } && !long.TryParse(etag, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            {
                return StateWriteOutcome.ETagInvalid;
            }
        }

        if (operations.Count == 0)
        {
            return StateWriteOutcome.Done;
        }

        var results = await _redis.RunAsync(
            (Store: this, Operations: operations), static (redis, ask) => ask.Store.WriteAsync(redis, ask.Operations), cancellationToken);
        for (var index = 0; index < results.Length; index++)
        {
            if ((int)results[index] == 0)
            {
                return operations[index].ETag is null ? StateWriteOutcome.KeyExists : StateWriteOutcome.ETagMismatch;
            }
        }

        return StateWriteOutcome.Done;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _redis.DisposeAsync();

    private static async Task<StateValue?> ReadAsync(IDatabase redis, string key)
    {
        RedisValue[] fields;
        try
        {
            fields = await redis.HashGetAsync(key, ["data", "version"]);
        }
        catch (RedisServerException exception) when (exception.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
        {
            // Written by somebody else as a plain string, which daprd reads too.
            return await redis.StringGetAsync(key) is { IsNull: false } text ? new StateValue((byte[])text!, string.Empty) : null;
        }

        return fields[0].IsNull && fields[1].IsNull ? null : new StateValue((byte[]?)fields[0] ?? [], (string?)fields[1] ?? string.Empty);
    }

    private async Task<RedisResult[]> WriteAsync(IDatabase redis, IReadOnlyList<StateOperation> operations)
    {
        RedisResult[] results;
        if (operations is [var single])
        {
            results = [await RunAsync(redis, single, marksFirstWrite: true)];
        }
        else
        {
            var transaction = redis.CreateTransaction();
            var pending = operations.Select(operation => RunAsync(transaction, operation, marksFirstWrite: false)).ToArray();
            if (!await transaction.ExecuteAsync())
            {
                throw new ComponentException("redis did not carry out the transaction");
            }

            results = await Task.WhenAll(pending);
        }

        if (operations.Any(static operation => operation.Strong))
        {
            // Without replicas this answers at once.
            await redis.ExecuteAsync("WAIT", Replicas(redis), ReplicaWaitMilliseconds);
        }

        return results;
    }

    private Task<RedisResult> RunAsync(IDatabaseAsync redis, StateOperation operation, bool marksFirstWrite)
    {
        var version = operation is { ETag: { } etag, LastWrite: false } ? etag : "0";
        if (operation.Kind == StateOperationKind.Delete)
        {
            return redis.ExecuteAsync("EVAL", RedisScripts.Delete, 1, (RedisKey)operation.Key, version);
        }

        // Expiry beyond what Redis can count is no expiry.
        var seconds = (operation.Ttl ?? _defaultTtl) is { } ttl && ttl < TimeSpan.FromDays(100_000) ? Math.Max(1, (long)ttl.TotalSeconds) : 0;
        return redis.ExecuteAsync(
            "EVAL", RedisScripts.Set, 1, (RedisKey)operation.Key, (RedisValue)operation.Value, version, marksFirstWrite && operation.FirstWrite ? 1 : 0, seconds);
    }

    private static int Replicas(IDatabase redis) => redis.Multiplexer.GetServers().Count(static server => server.IsReplica);
}
