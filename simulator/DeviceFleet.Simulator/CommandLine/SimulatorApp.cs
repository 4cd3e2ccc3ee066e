using System.ComponentModel;
using DeviceFleet.Simulator.Firmware;
using DeviceFleet.Simulator.Provisioning;
using Spectre.Console;
using Spectre.Console.Cli;

namespace DeviceFleet.Simulator.CommandLine;

/// <summary>The simulator as a command.</summary>
internal sealed class SimulatorApp : AsyncCommand<SimulatorApp.Settings>
{
    /// <inheritdoc/>
    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        var console = AnsiConsole.Console;
        var summary = await SimulatedFleet.RunAsync(settings.ToOptions(), TimeProvider.System, settings.NoView ? null : console, cancellationToken);
        if (settings.NoView)
        {
            View.SummaryTable.Write(console, summary);
        }

        return summary.ExitCode;
    }

    /// <summary>Its arguments.</summary>
    internal sealed class Settings : CommandSettings
    {
        private static readonly SimulatorOptions Defaults = new();

        [CommandOption("--devices <COUNT>")]
        [Description("Number of devices. Default: 10.")]
        public int Devices { get; init; } = Defaults.Devices;

        [CommandOption("--rate <PER_SECOND>")]
        [Description("Samples a second of each device; 0 keeps them silent. Default: 1.")]
        public double Rate { get; init; } = Defaults.Rate;

        [CommandOption("--duration <TIME>")]
        [Description("How long samples are taken (30s, 5m, 2h). Default: until Ctrl-C.")]
        public string? Duration { get; init; }

        [CommandOption("--seed <NUMBER>")]
        [Description("Seed of signals and back-off. Default: 1.")]
        public ulong Seed { get; init; } = Defaults.Seed;

        [CommandOption("--ledger <FILE>")]
        [Description("Appends every send and every verdict to this file.")]
        public string? Ledger { get; init; }

        [CommandOption("--command-ledger <FILE>")]
        [Description("Appends every command that is executed to this file.")]
        public string? CommandLedger { get; init; }

        [CommandOption("--host <HOST>")]
        [Description("Broker. Default: 127.0.0.1.")]
        public string Host { get; init; } = Defaults.Host;

        [CommandOption("--port <PORT>")]
        [Description("Broker's port. Default: 1883.")]
        public int Port { get; init; } = Defaults.Port;

        [CommandOption("--identities <FILE>")]
        [Description("Identities of the devices, one JSON object a line; new ones are appended.")]
        public string? Identities { get; init; }

        [CommandOption("--provision")]
        [Description("Devices without an identity provision themselves, under --enrolment.")]
        public bool Provision { get; init; }

        [CommandOption("--enrolment <ID>")]
        [Description("The group enrolment that lets them in.")]
        public string? Enrolment { get; init; }

        [CommandOption("--enrolment-key-file <FILE>")]
        [Description("Its symmetric key, base64 or hexadecimal digits. Default: the environment variable DEVICEFLEET_ENROLMENT_KEY.")]
        public string? EnrolmentKeyFile { get; init; }

        [CommandOption("--http <URL>")]
        [Description("The gateway that firmware is downloaded from, such as http://127.0.0.1:5000.")]
        public string? Http { get; init; }

        [CommandOption("--firmware <VERSION>")]
        [Description("What devices run at first. Default: 1.0.0.")]
        public string Firmware { get; init; } = Defaults.Firmware.Version;

        [CommandOption("--firmware-fail <PERCENT>")]
        [Description("Share of the devices on which an installation fails. Default: 0.")]
        public double FirmwareFail { get; init; }

        [CommandOption("--firmware-lie <PERCENT>")]
        [Description("Share of the devices that say that they installed it, and did not. Default: 0.")]
        public double FirmwareLie { get; init; }

        [CommandOption("--firmware-slow <MS>")]
        [Description("How long an installation takes, in milliseconds. Default: 200.")]
        public double FirmwareSlow { get; init; } = Defaults.Firmware.InstallTime.TotalMilliseconds;

        [CommandOption("--firmware-state <FILE>")]
        [Description("Keeps what devices run over runs of the simulator.")]
        public string? FirmwareState { get; init; }

        [CommandOption("--profile <NAME>")]
        [Description("pump, thermostat, meter, vehicle, or mixed. Default: mixed.")]
        public string Profile { get; init; } = Defaults.Profile;

        [CommandOption("--prefix <TEXT>")]
        [Description("What hardware ids begin with. Default: sim-.")]
        public string Prefix { get; init; } = Defaults.Prefix;

        [CommandOption("--mqtt <VERSION>")]
        [Description("5 or 3.1.1. Default: 5.")]
        public string Mqtt { get; init; } = "5";

        [CommandOption("--window <COUNT>")]
        [Description("Most unacknowledged samples on the wire for one device. Default: 8.")]
        public int Window { get; init; } = Defaults.InFlightMax;

        [CommandOption("--buffer <COUNT>")]
        [Description("Most samples a device keeps until they are acknowledged. Default: 1000.")]
        public int Buffer { get; init; } = Defaults.BufferedSamplesMax;

        [CommandOption("--connects <PER_SECOND>")]
        [Description("Most connection attempts begun in a second. Default: 250.")]
        public int Connects { get; init; } = Defaults.ConnectsPerSecond;

        [CommandOption("--keep-alive <TIME>")]
        [Description("MQTT keep-alive; 0 for none. Default: 60s.")]
        public string KeepAlive { get; init; } = "60s";

        [CommandOption("--no-view")]
        [Description("Draws nothing but the closing table.")]
        public bool NoView { get; init; }

        /// <inheritdoc/>
        public override ValidationResult Validate()
        {
            string?[] textFaults =
            [
                Provision ? ReadEnrolmentKey().Fault : null,
                Provision && Enrolment is null ? "give --enrolment with --provision" : null,
                Mqtt is "5" or "3.1.1" ? null : "mqtt must be 5 or 3.1.1",
                Http is null || Uri.TryCreate(Http, UriKind.Absolute, out _) ? null : "http must be an address such as http://127.0.0.1:5000",
                FirmwareSlow is >= 0 and <= 3_600_000 ? null : "firmware-slow must be 0 to 3600000 ms",
                Duration is null || DurationText.TryParse(Duration, out _) ? null : $"duration must be {DurationText.Format}",
                DurationText.TryParse(KeepAlive, out _) ? null : $"keep-alive must be {DurationText.Format}",
            ];
            string[] faults = [.. textFaults.OfType<string>(), .. textFaults.All(fault => fault is null) ? ToOptions().Faults() : []];
            return faults.Length == 0 ? ValidationResult.Success() : ValidationResult.Error(string.Join("; ", faults));
        }

        /// <summary>The options; only after <see cref="Validate"/> had no fault in a text.</summary>
        internal SimulatorOptions ToOptions() => new()
        {
            Host = Host,
            Port = Port,
            IdentitiesPath = Identities,
            Provisioning = Provision && Enrolment is { } enrolment && ReadEnrolmentKey().Key is { } key ? new SimulatorProvisioning { EnrolmentId = enrolment, Key = key } : null,
            Firmware = new SimulatorFirmware
            {
                Url = Http is null ? null : new Uri(Http),
                Version = Firmware,
                FailPercent = FirmwareFail,
                LiePercent = FirmwareLie,
                InstallTime = TimeSpan.FromMilliseconds(FirmwareSlow),
                StatePath = FirmwareState,
            },
            Devices = Devices,
            Rate = Rate,
            Duration = Duration is not null && DurationText.TryParse(Duration, out var duration) ? duration : null,
            Seed = Seed,
            LedgerPath = Ledger,
            CommandLedgerPath = CommandLedger,
            Profile = Profile,
            Prefix = Prefix,
            Mqtt = Mqtt == "5" ? MqttVersion.V5 : MqttVersion.V311,
            InFlightMax = Window,
            BufferedSamplesMax = Buffer,
            ConnectsPerSecond = Connects,
            KeepAlive = DurationText.TryParse(KeepAlive, out var keepAlive) ? keepAlive : Defaults.KeepAlive,
        };

        private (byte[]? Key, string? Fault) ReadEnrolmentKey() =>
            EnrolmentKeySource.Read(EnrolmentKeyFile, Environment.GetEnvironmentVariable(EnrolmentKeySource.EnvironmentVariable));
    }
}
