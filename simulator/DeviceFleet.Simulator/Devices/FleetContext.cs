using DeviceFleet.Simulator.Firmware;
using DeviceFleet.Simulator.Ledgers;
using DeviceFleet.Simulator.Provisioning;
using MQTTnet;

namespace DeviceFleet.Simulator.Devices;

/// <summary>What the devices of one run share.</summary>
internal sealed record FleetContext(SimulatorOptions Options, TimeProvider Time, FleetStats Stats, ConnectGate Gate, IdentityStore Identities, FirmwareStore FirmwareStore)
{
    public LedgerWriter? Ledger { get; init; }

    public LedgerWriter? CommandLedger { get; init; }

    /// <summary>Where images come from; null: from nowhere.</summary>
    public FirmwareSource? Firmware { get; init; }

    public MqttClientFactory Clients { get; } = new();

    public ReconnectBackoff Backoff { get; } = new(Options.ReconnectDelayFirst, Options.ReconnectDelayMax);
}
