using System.Globalization;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>Names of workflows, of their instances, and of the event that they wait for.</summary>
internal static class RolloutNames
{
    /// <summary>A person did something: look at once; payload: none.</summary>
    public const string Changed = "changed";

    /// <summary>Child instance of one stage of a rollout.</summary>
    public static string InstanceOf(string rollout, int stage) => string.Create(CultureInfo.InvariantCulture, $"{rollout}-{(stage < 0 ? "end" : $"wave-{stage + 1}")}");
}

/// <summary>What a stage's workflow is to do.</summary>
/// <param name="Rollout">Which rollout.</param>
/// <param name="Stage">The number of a wave, or -1 when what is left is put back or awaited.</param>
/// <param name="TicksMax">Looks after which it begins a new history.</param>
internal sealed record RolloutStage(string Rollout, int Stage, int TicksMax);
