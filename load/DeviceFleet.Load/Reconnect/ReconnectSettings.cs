using System.ComponentModel;
using DeviceFleet.Load.Scenarios;
using DeviceFleet.Simulator.CommandLine;
using Spectre.Console.Cli;

namespace DeviceFleet.Load.Reconnect;

/// <summary>Arguments of the scenario <c>reconnect</c>.</summary>
internal sealed class ReconnectSettings : ScenarioSettings
{
    [CommandOption("--devices <COUNT>")]
    [Description("Devices that are connected, cut off and come back. Default: 10000.")]
    public int Devices { get; init; } = 10_000;

    [CommandOption("--within <TIME>")]
    [Description("Time over which they come back, evenly. Default: 60s.")]
    public string WithinText { get; init; } = "60s";

    [CommandOption("--hold <TIME>")]
    [Description("How long they are connected before they are cut off. Default: 2s.")]
    public string HoldText { get; init; } = "2s";

    [CommandOption("--drain <TIME>")]
    [Description("How long those that were not taken at once go on trying afterwards. Default: 30s.")]
    public string DrainText { get; init; } = "30s";

    internal TimeSpan Within => Parsed(WithinText);

    internal TimeSpan Hold => Parsed(HoldText);

    internal TimeSpan Drain => Parsed(DrainText);

    /// <inheritdoc/>
    internal override int IdentitiesNeeded => Devices;

    /// <inheritdoc/>
    protected override IEnumerable<string> Faults()
    {
        var checks = new (bool Wrong, string Text)[]
        {
            (Devices is < 1 or > 60_000, "devices must be 1 to 60000"),
            (!DurationText.TryParse(WithinText, out _), $"within must be {DurationText.Format}"),
            (!DurationText.TryParse(HoldText, out _), $"hold must be {DurationText.Format}"),
            (!DurationText.TryParse(DrainText, out _), $"drain must be {DurationText.Format}"),
        };
        return [.. base.Faults(), .. checks.Where(check => check.Wrong).Select(check => check.Text)];
    }
}
