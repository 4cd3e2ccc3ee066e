using System.Text.Json;
using Dapr.Actors;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>
/// What the workflow calls of a rollout's actor, through <see cref="RolloutActors"/>. Public, as code that the SDK makes calls it; its messages are the service's own and not among those that
/// proxies know, so they travel as what <see cref="RolloutStateJson"/> makes of them.
/// </summary>
public interface IRolloutTurns : IActor
{
    /// <summary>Devices to look at now: a <c>RolloutWatch</c>.</summary>
    Task<JsonElement> GetWatch();

    /// <summary>Takes what was seen of them, a <c>RolloutSight</c>, and goes on as far as it may: a <c>RolloutTurn</c>.</summary>
    Task<JsonElement> Step(JsonElement sight);

    /// <summary>Orders that have yet to be written: a <c>RolloutTasks</c>.</summary>
    Task<JsonElement> GetTasks();

    /// <summary>Takes what became of them, a <c>RolloutTasksDone</c>: a <c>RolloutTurn</c>.</summary>
    Task<JsonElement> NoteDone(JsonElement done);
}
