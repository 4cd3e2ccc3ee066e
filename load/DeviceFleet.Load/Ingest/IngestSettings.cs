using System.ComponentModel;
using DeviceFleet.Load.Scenarios;
using DeviceFleet.Simulator.CommandLine;
using Spectre.Console.Cli;

namespace DeviceFleet.Load.Ingest;

/// <summary>Arguments of the scenario <c>ingest</c>.</summary>
internal sealed class IngestSettings : ScenarioSettings
{
    public const string Closed = "closed";
    public const string Open = "open";

    [CommandOption("--devices <COUNT>")]
    [Description("Devices that send. Default: 1000.")]
    public int Devices { get; init; } = 1000;

    [CommandOption("--idle-connections <COUNT>")]
    [Description("Devices that are connected besides, and silent. Default: 0.")]
    public int IdleConnections { get; init; }

    [CommandOption("--warmup <TIME>")]
    [Description("Time under load before anything is measured. Default: 5s.")]
    public string WarmupText { get; init; } = "5s";

    [CommandOption("--duration <TIME>")]
    [Description("Time that is measured. Default: 20s.")]
    public string LengthText { get; init; } = "20s";

    [CommandOption("--mode <MODE>")]
    [Description("closed: each device keeps its window full. open: messages come at --rate, whatever the server does. Default: closed.")]
    public string Mode { get; init; } = Closed;

    [CommandOption("--window <COUNT>")]
    [Description("Most unacknowledged messages of one device. Default: 8 when closed, 64 when open.")]
    public int? Window { get; init; }

    [CommandOption("--rate <PER_SECOND>")]
    [Description("Messages a second of all devices together, for the open mode. Default: 1000.")]
    public double Rate { get; init; } = 1000;

    [CommandOption("--drain <TIME>")]
    [Description("Longest wait for acknowledgements after the end. Default: 10s.")]
    public string DrainText { get; init; } = "10s";

    /// <inheritdoc/>
    internal override int IdentitiesNeeded => Devices + IdleConnections;

    internal bool IsOpen => Mode == Open;

    internal int WindowOrDefault => Window ?? (IsOpen ? 64 : 8);

    internal TimeSpan Warmup => Parsed(WarmupText);

    internal TimeSpan Duration => Parsed(LengthText);

    internal TimeSpan Drain => Parsed(DrainText);

    /// <inheritdoc/>
    protected override IEnumerable<string> Faults()
    {
        var checks = new (bool Wrong, string Text)[]
        {
            (Devices is < 1 or > 60_000, "devices must be 1 to 60000"),
            (IdleConnections is < 0 or > 60_000, "idle connections must be 0 to 60000"),
            (Mode is not (Closed or Open), "mode must be closed or open"),
            (WindowOrDefault is < 1 or > 10_000, "window must be 1 to 10000"),
            (IsOpen && Rate is not (> 0 and <= 1_000_000), "rate must be above 0, at most 1000000"),
            (!DurationText.TryParse(WarmupText, out _), $"warmup must be {DurationText.Format}"),
            (!DurationText.TryParse(LengthText, out var length) || length == TimeSpan.Zero, $"duration must be {DurationText.Format}"),
            (!DurationText.TryParse(DrainText, out _), $"drain must be {DurationText.Format}"),
        };
        return [.. base.Faults(), .. checks.Where(check => check.Wrong).Select(check => check.Text)];
    }
}
