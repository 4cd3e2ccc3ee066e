using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>Devices to look at.</summary>
internal sealed record RolloutWatch(IReadOnlyList<DeviceId> Devices);

/// <summary>What was seen.</summary>
internal sealed record RolloutSight(IReadOnlyList<RolloutObservation> Devices);

/// <summary>Orders to write, and the release that devices are updated to; null: there is no such rollout.</summary>
internal sealed record RolloutTasks(IReadOnlyList<RolloutTask> Tasks, Release? Release);

/// <summary>What became of them; those that are not named have yet to be written.</summary>
internal sealed record RolloutTasksDone(IReadOnlyList<RolloutTaskDone> Done);

/// <summary>Where a rollout is after a turn.</summary>
/// <param name="Stage">The number of a wave, or -1 when what is left is put back or awaited.</param>
/// <param name="IsOver">It has ended.</param>
/// <param name="HasTasks">Orders have yet to be written.</param>
/// <param name="DelayMs">When to look again.</param>
internal sealed record RolloutTurn(int Stage, bool IsOver, bool HasTasks, long DelayMs);
