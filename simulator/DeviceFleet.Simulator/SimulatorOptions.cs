using DeviceFleet.Contracts.Devices;
using DeviceFleet.Simulator.Firmware;
using DeviceFleet.Simulator.Profiles;
using DeviceFleet.Simulator.Provisioning;

namespace DeviceFleet.Simulator;

/// <summary>Which MQTT the devices speak.</summary>
public enum MqttVersion
{
    /// <summary>MQTT 3.1.1: a refused sample cannot be told from an accepted one.</summary>
    V311,

    /// <summary>MQTT 5: acknowledgements carry reasons.</summary>
    V5,
}

/// <summary>What one run of the simulator is to do.</summary>
public sealed record SimulatorOptions
{
    /// <summary>Broker's name or address. Default: 127.0.0.1.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Broker's TCP port, 1 to 65,535. Default: 1883.</summary>
    public int Port { get; init; } = 1883;

    /// <summary>
    /// File of identities (<see cref="IdentityFile"/>): read at the start, appended to with every new identity before a device shows it; null: identities last as long as the
    /// run. Default: null.
    /// </summary>
    public string? IdentitiesPath { get; init; }

    /// <summary>How devices without an identity get one; null: they do not. Default: null.</summary>
    public SimulatorProvisioning? Provisioning { get; init; }

    /// <summary>How devices take firmware. Default: they run 1.0.0 and have no address to download from.</summary>
    public SimulatorFirmware Firmware { get; init; } = new();

    /// <summary>Number of devices, 1 to 100,000. Default: 10.</summary>
    public int Devices { get; init; } = 10;

    /// <summary>Samples a second of each device, 0 to 1,000; 0: connected, but silent. Default: 1.</summary>
    public double Rate { get; init; } = 1;

    /// <summary>How long samples are taken; null: until cancelled. Default: null.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Seed of signals, phases and back-off. Default: 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>File to which every send and every verdict is appended; null: none. Default: null.</summary>
    public string? LedgerPath { get; init; }

    /// <summary>File to which every command is appended before it is executed; null: none. Default: null.</summary>
    public string? CommandLedgerPath { get; init; }

    /// <summary>Name of a profile, or <c>mixed</c> for each in turn. Default: mixed.</summary>
    public string Profile { get; init; } = DeviceProfile.Mixed;

    /// <summary>What hardware ids begin with; the device's number follows, from 1, of at least 4 digits. Default: <c>sim-</c>.</summary>
    public string Prefix { get; init; } = "sim-";

    /// <summary>MQTT version. Default: 5.</summary>
    public MqttVersion Mqtt { get; init; } = MqttVersion.V5;

    /// <summary>Most unacknowledged samples on the wire for one device, 1 to 1,000. Default: 8.</summary>
    public int InFlightMax { get; init; } = 8;

    /// <summary>
    /// Most samples that one device keeps until they are acknowledged, 1 to 1,000 (what the service still recognises as late rather than too
    /// late). At the bound the device takes no samples and counts them as skipped. Default: 1,000.
    /// </summary>
    public int BufferedSamplesMax { get; init; } = 1000;

    /// <summary>Most connection attempts begun in a second, all devices together. Default: 250.</summary>
    public int ConnectsPerSecond { get; init; } = 250;

    /// <summary>Most connection attempts under way at once. Default: 64.</summary>
    public int ConnectsAtOnceMax { get; init; } = 64;

    /// <summary>How long one connection attempt may take. Default: 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait before the first repeated attempt; it doubles with each failure, and a random part of it is waited. Default: 250 ms.</summary>
    public TimeSpan ReconnectDelayFirst { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest wait before any attempt. Default: 5 s.</summary>
    public TimeSpan ReconnectDelayMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After how long without an acknowledgement a device drops its connection and sends again over a new one. Default: 20 s.</summary>
    public TimeSpan AckTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>MQTT keep-alive, whole seconds; 0: none. Default: 60 s.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long outstanding acknowledgements are awaited once <see cref="Duration"/> is over. Default: 30 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The same after a cancellation; also the time for the farewells at the end of either. Default: 2 s.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Everything that is wrong with these options; empty: nothing.</summary>
    public IReadOnlyList<string> Faults()
    {
        var checks = new (bool Wrong, string Text)[]
        {
            (string.IsNullOrWhiteSpace(Host), "host must be given"),
            (Port is < 1 or > 65_535, "port must be 1 to 65535"),
            (IdentitiesPath is null && Provisioning is null, "identities, or an enrolment to provision with, must be given"),
            (Devices is < 1 or > 100_000, "devices must be 1 to 100000"),
            (Rate is not (>= 0 and <= 1000), "rate must be 0 to 1000 messages a second"),
            (Duration is { } duration && duration <= TimeSpan.Zero, "duration must be more than nothing"),
            (!DeviceProfile.TryFind(Profile, out _), $"profile must be {DeviceProfile.Mixed} or one of {string.Join(", ", DeviceProfile.All.Select(p => p.Name))}"),
            (!DeviceId.TryParse(Prefix + "100000", out _), "prefix must begin an id: A-Z a-z 0-9 . _ -, first a letter or digit"),
            (InFlightMax is < 1 or > 1000, "in flight must be 1 to 1000"),
            (BufferedSamplesMax is < 1 or > 1000, "buffered samples must be 1 to 1000"),
            (ConnectsPerSecond < 1 || ConnectsAtOnceMax < 1, "connects must be at least 1"),
            (KeepAlive < TimeSpan.Zero || KeepAlive > TimeSpan.FromSeconds(ushort.MaxValue), "keep-alive must be 0 to 65535 s"),
        };
        return [.. checks.Where(check => check.Wrong).Select(check => check.Text), .. Provisioning?.Faults() ?? [], .. Firmware.Faults()];
    }
}
