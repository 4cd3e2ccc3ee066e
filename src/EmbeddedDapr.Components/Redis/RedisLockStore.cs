using EmbeddedDapr.Locks;
using StackExchange.Redis;

namespace EmbeddedDapr.Components.Redis;

/// <summary><c>lock.redis</c>: a key with the owner as its value, set only if it is missing, with the lock's expiry.</summary>
internal sealed class RedisLockStore(RedisConnection redis) : ILockStore
{
    /// <exception cref="ComponentException">Metadata is wrong, or Redis does not answer.</exception>
    public static async Task<ILockStore> OpenAsync(ComponentSpec spec, CancellationToken cancellationToken) =>
        new RedisLockStore(await RedisConnection.OpenAsync(spec, cancellationToken));

    /// <inheritdoc/>
    public ValueTask<bool> TryLockAsync(string key, string owner, TimeSpan expiry, CancellationToken cancellationToken) => redis.RunAsync(
        (Key: key, Owner: owner, Expiry: expiry), static (database, ask) => database.StringSetAsync(ask.Key, ask.Owner, ask.Expiry, When.NotExists), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<UnlockOutcome> UnlockAsync(string key, string owner, CancellationToken cancellationToken)
    {
        var answer = await redis.RunAsync(
            (Key: key, Owner: owner), static (database, ask) => database.ExecuteAsync("EVAL", RedisScripts.Unlock, 1, (RedisKey)ask.Key, ask.Owner), cancellationToken);
        return (int)answer switch
        {
            -1 => UnlockOutcome.LockDoesNotExist,
            -2 => UnlockOutcome.LockBelongsToOthers,
            _ => UnlockOutcome.Success,
        };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => redis.DisposeAsync();
}
