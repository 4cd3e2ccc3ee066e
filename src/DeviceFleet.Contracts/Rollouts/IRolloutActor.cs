using Dapr.Actors;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Contracts.Rollouts;

/// <summary>
/// One rollout (id = its id): what is to be done, and how each device stands. The workflow of the same id drives it. Called through a JSON proxy with the names in
/// <see cref="RolloutActorMethods"/>; what the workflow calls besides is the service's own business.
/// </summary>
public interface IRolloutActor : IActor
{
    /// <summary>Begins it. The same order again is unchanged, another one with the same id a conflict.</summary>
    Task<ChangeReply<RolloutView>> Begin(RolloutOrder order);

    /// <summary>Pauses, resumes, cancels.</summary>
    Task<ChangeReply<RolloutView>> Change(RolloutChange change);

    /// <summary>The rollout; <see cref="ChangeOutcome.NotFound"/> when there is none.</summary>
    Task<ChangeReply<RolloutView>> Get();

    /// <summary>Its devices.</summary>
    Task<RolloutDevices> GetDevices(RolloutDevicesQuery query);
}

/// <summary>Names of <see cref="IRolloutActor"/>'s methods on the wire.</summary>
public static class RolloutActorMethods
{
    /// <summary>The actor type.</summary>
    public const string ActorType = "Rollout";

    /// <summary><see cref="IRolloutActor.Begin"/>.</summary>
    public const string Begin = nameof(IRolloutActor.Begin);

    /// <summary><see cref="IRolloutActor.Change"/>.</summary>
    public const string Change = nameof(IRolloutActor.Change);

    /// <summary><see cref="IRolloutActor.Get"/>.</summary>
    public const string Get = nameof(IRolloutActor.Get);

    /// <summary><see cref="IRolloutActor.GetDevices"/>.</summary>
    public const string GetDevices = nameof(IRolloutActor.GetDevices);
}
