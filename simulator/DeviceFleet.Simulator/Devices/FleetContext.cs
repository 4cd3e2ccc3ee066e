using DeviceFleet.Simulator.Ledgers;
using MQTTnet;

namespace DeviceFleet.Simulator.Devices;

/// <summary>What the devices of one run share.</summary>
internal sealed record FleetContext(
    SimulatorOptions Options, TimeProvider Time, FleetStats Stats, ConnectGate Gate, LedgerWriter? Ledger, LedgerWriter? CommandLedger = null)
{
    public MqttClientFactory Clients { get; } = new();

    public ReconnectBackoff Backoff { get; } = new(Options.ReconnectDelayFirst, Options.ReconnectDelayMax);
}
