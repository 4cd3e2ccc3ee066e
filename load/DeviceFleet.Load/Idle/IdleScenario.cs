using System.ComponentModel;
using System.Globalization;
using DeviceFleet.Load.Reports;
using DeviceFleet.Load.Scenarios;
using DeviceFleet.Load.Servers;
using DeviceFleet.Simulator.CommandLine;
using Spectre.Console.Cli;

namespace DeviceFleet.Load.Idle;

/// <summary>Opens connections, lets them be, and tells what each added to the server's memory.</summary>
internal sealed class IdleScenario : ScenarioCommand<IdleScenario.Settings>
{
    public const string Name = "idle";

    /// <inheritdoc/>
    internal override async Task<LoadReport> RunAsync(Settings settings, TimeProvider time, Action<string> onPhase, CancellationToken cancellationToken)
    {
        var startedAt = time.GetUtcNow();
        var before = settings.ServerPid is { } pid ? ProcessMeter.Read(pid) : (ProcessReading?)null;

        onPhase($"connecting {settings.Connections} devices");
        await using var idle = await IdleConnections.OpenAsync(
            settings.Host, settings.Port, [.. settings.Identities.Take(settings.Connections)], time, cancellationToken);

        onPhase($"holding {idle.Count} connections for {settings.Hold.TotalSeconds} s");
        var held = time.GetTimestamp();
        var heldFrom = settings.ServerPid is { } p ? ProcessMeter.Read(p) : (ProcessReading?)null;
        await PassAsync(settings.Hold, time, cancellationToken);
        var seconds = time.GetElapsedTime(held).TotalSeconds;
        var after = settings.ServerPid is { } q ? ProcessMeter.Read(q) : (ProcessReading?)null;

        return new LoadReport
        {
            Scenario = Name,
            StartedAt = startedAt,
            Settings = new Dictionary<string, string> { ["connections"] = settings.Connections.ToString(CultureInfo.InvariantCulture) },
            Machine = MachineFacts.Read(),
            MeasuredSeconds = seconds,
            IdleConnections = idle.Count,
            ServerBytesPerIdleConnection = idle.Count > 0 ? (after?.ResidentBytes - before?.ResidentBytes) / (double)idle.Count : null,
            Server = ServerMeasure.Between(settings.ServerPid, heldFrom, after, seconds, messages: 0, residentBefore: before?.ResidentBytes),
            Errors = new LoadErrors(idle.ConnectFaults.Count, idle.Lost, Unanswered: 0, NotSent: 0, [.. idle.ConnectFaults.Take(5)]),
        };
    }

    /// <summary>Its arguments.</summary>
    internal sealed class Settings : ScenarioSettings
    {
        [CommandOption("--connections <COUNT>")]
        [Description("Connections to open. Default: 1000.")]
        public int Connections { get; init; } = 1000;

        [CommandOption("--hold <TIME>")]
        [Description("How long they are held before memory is read. Default: 5s.")]
        public string HoldText { get; init; } = "5s";

        /// <inheritdoc/>
        internal override int IdentitiesNeeded => Connections;

        internal TimeSpan Hold => Parsed(HoldText);

        /// <inheritdoc/>
        protected override IEnumerable<string> Faults() =>
        [
            .. base.Faults(),
            .. Connections is < 1 or > 60_000 ? ["connections must be 1 to 60000"] : Array.Empty<string>(),
            .. DurationText.TryParse(HoldText, out _) ? Array.Empty<string>() : [$"hold must be {DurationText.Format}"],
        ];
    }
}
