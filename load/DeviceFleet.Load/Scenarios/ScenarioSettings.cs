using System.ComponentModel;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Simulator.CommandLine;
using Spectre.Console;
using Spectre.Console.Cli;

namespace DeviceFleet.Load.Scenarios;

/// <summary>Arguments that every scenario has.</summary>
internal class ScenarioSettings : CommandSettings
{
    [CommandOption("--host <HOST>")]
    [Description("Broker. Default: 127.0.0.1.")]
    public string Host { get; init; } = "127.0.0.1";

    [CommandOption("--port <PORT>")]
    [Description("Broker's port. Default: 1883.")]
    public int Port { get; init; } = 1883;

    [CommandOption("--key-file <FILE>")]
    [Description("Key of device passwords, 32 bytes or 64 hexadecimal digits. Default: the environment variable DEVICEFLEET_DEVICE_KEY.")]
    public string? KeyFile { get; init; }

    [CommandOption("--prefix <TEXT>")]
    [Description("What device ids begin with. Default: load-.")]
    public string Prefix { get; init; } = "load-";

    [CommandOption("--server-pid <PID>")]
    [Description("Process of the server, on this machine: its processor time and memory are reported.")]
    public int? ServerPid { get; init; }

    [CommandOption("--json <FILE>")]
    [Description("Writes the report to this file as well.")]
    public string? Json { get; init; }

    /// <summary>The key that <see cref="Validate"/> found to be there.</summary>
    public ReadOnlyMemory<byte> Key => ReadKey().Key;

    /// <inheritdoc/>
    public sealed override ValidationResult Validate()
    {
        var faults = Faults().ToList();
        return faults.Count == 0 ? ValidationResult.Success() : ValidationResult.Error(string.Join("; ", faults));
    }

    /// <summary>Everything that is wrong with the arguments.</summary>
    protected virtual IEnumerable<string> Faults()
    {
        if (ReadKey().Fault is { } keyFault)
        {
            yield return keyFault;
        }

        if (Port is < 1 or > 65_535)
        {
            yield return "port must be 1 to 65535";
        }

        if (!DeviceId.TryParse(Prefix + "idle-100000", out _))
        {
            yield return "prefix must begin a device id: A-Z a-z 0-9 . _ -, first a letter or digit";
        }

        if (ServerPid is { } pid && !Directory.Exists($"/proc/{pid}"))
        {
            yield return $"there is no process {pid}";
        }
    }

    /// <summary>A duration that <see cref="Validate"/> found to be one.</summary>
    protected static TimeSpan Parsed(string text) => DurationText.TryParse(text, out var duration) ? duration : TimeSpan.Zero;

    private (byte[]? Key, string? Fault) ReadKey() =>
        DeviceKeySource.Read(KeyFile, Environment.GetEnvironmentVariable(DeviceKeySource.EnvironmentVariable));
}
