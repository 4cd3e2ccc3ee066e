namespace EmbeddedDapr.Components.Redis;

/// <summary>Redis in the catalog.</summary>
public static class RedisComponents
{
    /// <summary>Adds <c>state.redis</c>, <c>pubsub.redis</c>, <c>configuration.redis</c> and <c>lock.redis</c> (contract sections 3.6, 4.8, 7.2, 7.3). Each component has a connection of its own.</summary>
    public static ComponentCatalog AddRedis(this ComponentCatalog catalog)
    {
        catalog.StateStores["state.redis"] = static async (spec, _, cancellationToken) => await RedisStateStore.OpenAsync(spec, cancellationToken);
        catalog.ConfigurationStores["configuration.redis"] = static async (spec, context, cancellationToken) =>
            await RedisConfigurationStore.OpenAsync(spec, context, cancellationToken);
        catalog.LockStores["lock.redis"] = static async (spec, _, cancellationToken) => await RedisLockStore.OpenAsync(spec, cancellationToken);
        catalog.PubSubs["pubsub.redis"] = PubSub.RedisPubSub.OpenAsync;
        return catalog;
    }
}
