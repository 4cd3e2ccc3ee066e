using System.Diagnostics.Metrics;
using System.Text.Json;
using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>Counters of rollouts. The only tags are states, from the closed sets of <see cref="RolloutState"/> and <see cref="RolloutDeviceState"/>.</summary>
internal sealed class RolloutMetrics
{
    public const string MeterName = "DeviceFleet.Provisioning.Rollouts";

    private readonly Counter<long> _moved;
    private readonly Counter<long> _devices;

    public RolloutMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _moved = meter.CreateCounter<long>("devicefleet.rollouts.moved", "{rollout}", "Rollouts that came to another state, by the state they came to.");
        _devices = meter.CreateCounter<long>("devicefleet.rollouts.devices", "{device}", "Devices of rollouts that came to another state, by the state they came to.");
    }

    /// <summary>Counts what was saved just now. What an engine that is killed between the two did not count is in the rollout all the same.</summary>
    /// <param name="machine">The rollout, before <see cref="RolloutMachine.NoteSaved"/>.</param>
    public void Count(RolloutMachine machine)
    {
        if (machine.SavedAs != machine.Head.State)
        {
            _moved.Add(1, StateTag(machine.Head.State));
        }

        foreach (var (state, devices) in machine.Moved)
        {
            _devices.Add(devices, StateTag(state));
        }
    }

    private static KeyValuePair<string, object?> StateTag<TState>(TState state)
        where TState : struct, Enum => new("state", JsonNamingPolicy.KebabCaseLower.ConvertName(state.ToString()));
}
