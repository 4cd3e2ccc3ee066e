using System.ComponentModel;
using DeviceFleet.Simulator.CommandLine;
using DeviceFleet.Simulator.Provisioning;
using Spectre.Console;
using Spectre.Console.Cli;

namespace DeviceFleet.Load.Scenarios;

/// <summary>Arguments that every scenario has.</summary>
internal class ScenarioSettings : CommandSettings
{
    private List<SimulatorIdentity>? _identities;

    [CommandOption("--host <HOST>")]
    [Description("Broker. Default: 127.0.0.1.")]
    public string Host { get; init; } = "127.0.0.1";

    [CommandOption("--port <PORT>")]
    [Description("Broker's port. Default: 1883.")]
    public int Port { get; init; } = 1883;

    [CommandOption("--identities <FILE>")]
    [Description("Identities of the devices, one JSON object a line, as the simulator and the scenario provision write them.")]
    public string? IdentitiesFile { get; init; }

    [CommandOption("--server-pid <PID>")]
    [Description("Process of the server, on this machine: its processor time and memory are reported.")]
    public int? ServerPid { get; init; }

    [CommandOption("--json <FILE>")]
    [Description("Writes the report to this file as well.")]
    public string? Json { get; init; }

    /// <summary>Devices that the scenario connects with identities of the file.</summary>
    internal virtual int IdentitiesNeeded => 0;

    /// <summary>Identities of the file that <see cref="Validate"/> found to be there, in the order of hardware ids.</summary>
    internal IReadOnlyList<SimulatorIdentity> Identities => _identities ??= ReadIdentities();

    /// <inheritdoc/>
    public sealed override ValidationResult Validate()
    {
        var faults = Faults().ToList();
        return faults.Count == 0 ? ValidationResult.Success() : ValidationResult.Error(string.Join("; ", faults));
    }

    /// <summary>Everything that is wrong with the arguments.</summary>
    protected virtual IEnumerable<string> Faults()
    {
        if (Port is < 1 or > 65_535)
        {
            yield return "port must be 1 to 65535";
        }

        if (ServerPid is { } pid && !Directory.Exists($"/proc/{pid}"))
        {
            yield return $"there is no process {pid}";
        }

        if (IdentitiesNeeded > 0 && IdentityFault() is { } fault)
        {
            yield return fault;
        }
    }

    /// <summary>A duration that <see cref="Validate"/> found to be one.</summary>
    protected static TimeSpan Parsed(string text) => DurationText.TryParse(text, out var duration) ? duration : TimeSpan.Zero;

    private string? IdentityFault()
    {
        if (IdentitiesFile is null)
        {
            return "give --identities";
        }

        try
        {
            return Identities.Count < IdentitiesNeeded ? $"{IdentitiesFile} holds {Identities.Count} identities; {IdentitiesNeeded} are needed" : null;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    private List<SimulatorIdentity> ReadIdentities() =>
        [.. IdentityFile.ReadLatest(IdentitiesFile!).Values.OrderBy(identity => identity.HardwareId, StringComparer.Ordinal)];
}
