using Dapr.Actors.Runtime;

namespace DeviceFleet.ServiceDefaults.Actors;

/// <summary>
/// Makes the state manager of a <see cref="DurableActor"/>. A host that keeps actor state in its own process registers one; on a real Dapr
/// there is none, and the SDK's own state manager stays in place.
/// </summary>
public interface IActorStateManagerFactory
{
    /// <summary>
    /// The state manager of one actor instance, called once for each activation. It must behave as the SDK's: read through and cache, collect
    /// changes, write them as one transaction in <see cref="IActorStateManager.SaveStateAsync"/>, and forget cache and changes in
    /// <see cref="IActorStateManager.ClearCacheAsync"/>, which the SDK calls before activation, before deactivation and after a failed turn.
    /// </summary>
    IActorStateManager Create(ActorHost host);
}
