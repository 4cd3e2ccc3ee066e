using System.ComponentModel;
using System.Net;
using Spectre.Console;
using Spectre.Console.Cli;

namespace DeviceFleet.Local.CommandLine;

/// <summary>The options as typed; <see cref="ToOptions"/> is what they mean.</summary>
internal sealed class LocalSettings : CommandSettings
{
    private static readonly LocalOptions Default = new();

    [CommandOption("--devices <N>")]
    [Description("Also simulate N devices (default: none).")]
    public int Devices { get; init; } = Default.Devices;

    [CommandOption("--rate <PER_SECOND>")]
    [Description("Samples a second of each simulated device.")]
    public double Rate { get; init; } = Default.Rate;

    [CommandOption("--profile <NAME>")]
    [Description("Kind of simulated device, or mixed.")]
    public string Profile { get; init; } = Default.Profile;

    [CommandOption("--seed <N>")]
    [Description("Seed of the simulation.")]
    public ulong Seed { get; init; } = Default.Seed;

    [CommandOption("--data <FOLDER>")]
    [Description("Folder of the fleet's data; made if need be, kept across runs.")]
    public string Data { get; init; } = Default.DataFolder;

    [CommandOption("--mqtt-port <PORT>")]
    [Description("Port of the MQTT broker; 0: any free one.")]
    public int MqttPort { get; init; } = Default.MqttPort;

    [CommandOption("--http-port <PORT>")]
    [Description("Port of dashboard and API; 0: any free one.")]
    public int HttpPort { get; init; } = Default.HttpPort;

    [CommandOption("--listen <ADDRESS>")]
    [Description("Address to listen on (default: 127.0.0.1, this machine only).")]
    public string Listen { get; init; } = Default.Listen.ToString();

    [CommandOption("--resources <FOLDER>")]
    [Description("Folder of the Dapr resource files (default: those of the build).")]
    public string Resources { get; init; } = Default.ResourcesFolder;

    [CommandOption("--log-level <LEVEL>")]
    [Description("Smallest level of log lines: Debug, Information, Warning, Error.")]
    public LogLevel LogLevel { get; init; } = Default.LogLevel;

    public override ValidationResult Validate()
    {
        (bool Wrong, string Why)[] checks =
        [
            (Devices is < 0 or > 100_000, $"--devices {Devices} is not from 0 to 100000"),
            (!(Rate is >= 0 and <= 1000), $"--rate {Rate} is not from 0 to 1000"),
            (MqttPort is < 0 or > 65_535, $"--mqtt-port {MqttPort} is no port"),
            (HttpPort is < 0 or > 65_535, $"--http-port {HttpPort} is no port"),
            (MqttPort == HttpPort && MqttPort != 0, $"--mqtt-port and --http-port are both {MqttPort}"),
            (!IPAddress.TryParse(Listen, out _), $"--listen {Listen} is no IP address"),
            (!Directory.Exists(Resources), $"--resources {Resources} is no folder"),
        ];
        var faults = checks.Where(check => check.Wrong).Select(check => check.Why).ToArray();
        return faults.Length == 0 ? ValidationResult.Success() : ValidationResult.Error(string.Join("; ", faults));
    }

    public LocalOptions ToOptions() => new()
    {
        DataFolder = Data,
        MqttPort = MqttPort,
        HttpPort = HttpPort,
        Listen = IPAddress.Parse(Listen),
        ResourcesFolder = Resources,
        Devices = Devices,
        Rate = Rate,
        Profile = Profile,
        Seed = Seed,
        LogLevel = LogLevel,
    };
}
