using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>What is written to a device's desired twin.</summary>
internal enum RolloutTaskKind
{
    /// <summary>The order to update.</summary>
    Update,

    /// <summary>The order to go back.</summary>
    Back,

    /// <summary>The order of what it had before, or none: it did not carry out its own, and nobody waits for it.</summary>
    Withdraw,
}

/// <summary>Something to be written to a device's desired twin; writing it twice is writing it once.</summary>
/// <param name="DeviceId">Whose.</param>
/// <param name="Kind">What.</param>
/// <param name="Before">What it ran before; null: not known.</param>
internal sealed record RolloutTask(DeviceId DeviceId, RolloutTaskKind Kind, string? Before);

/// <summary>What became of a task.</summary>
/// <param name="DeviceId">Whose.</param>
/// <param name="Kind">Which.</param>
/// <param name="Fault">Why it can never be done; null: it is.</param>
internal sealed record RolloutTaskDone(DeviceId DeviceId, RolloutTaskKind Kind, string? Fault);
