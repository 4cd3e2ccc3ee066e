namespace EmbeddedDapr.Components.Redis;

/// <summary>Redis in the catalog.</summary>
public static class RedisComponents
{
    /// <summary>Adds <c>state.redis</c> (contract section 3.6). Each component has a connection of its own.</summary>
    public static ComponentCatalog AddRedis(this ComponentCatalog catalog)
    {
        catalog.StateStores["state.redis"] = async (spec, _, cancellationToken) => await RedisStateStore.OpenAsync(spec, cancellationToken);
        return catalog;
    }
}
