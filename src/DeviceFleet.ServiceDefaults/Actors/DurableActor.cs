using Dapr.Actors.Runtime;

namespace DeviceFleet.ServiceDefaults.Actors;

/// <summary>
/// Base of every actor: takes its state manager from the container when there is an <see cref="IActorStateManagerFactory"/>, else keeps the
/// SDK's. The SDK saves after each turn that succeeds and clears after each that fails, through <see cref="Actor.StateManager"/> either way.
/// </summary>
public abstract class DurableActor : Actor
{
    /// <summary>Sets the state manager; <paramref name="stateManagers"/> is null on a real Dapr.</summary>
    protected DurableActor(ActorHost host, IActorStateManagerFactory? stateManagers)
        : base(host)
    {
        if (stateManagers is not null)
        {
            StateManager = stateManagers.Create(host);
        }
    }
}
