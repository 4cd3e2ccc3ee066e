using System.Text.Json;
using DeviceFleet.Load.Reports;
using Spectre.Console;
using Spectre.Console.Cli;

namespace DeviceFleet.Load.Scenarios;

/// <summary>A scenario as a command: runs it, writes its report as text and as JSON, and answers 0 when there was no error, else 2.</summary>
internal abstract class ScenarioCommand<TSettings> : AsyncCommand<TSettings>
    where TSettings : ScenarioSettings
{
    /// <inheritdoc/>
    public sealed override async Task<int> ExecuteAsync(CommandContext context, TSettings settings, CancellationToken cancellationToken)
    {
        var console = AnsiConsole.Console;
        var report = await RunAsync(settings, TimeProvider.System, phase => console.WriteLine(phase), cancellationToken);
        ReportText.Write(console, report);
        if (settings.Json is { } path)
        {
            await File.WriteAllTextAsync(path, JsonSerializer.Serialize(report, ReportJson.Default.LoadReport) + '\n', CancellationToken.None);
        }

        return report.Errors.None ? 0 : 2;
    }

    /// <summary>Runs the scenario. A cancellation shortens the phase that is under way; the report is of what was measured until then.</summary>
    internal abstract Task<LoadReport> RunAsync(TSettings settings, TimeProvider time, Action<string> onPhase, CancellationToken cancellationToken);

    /// <summary>Waits, but not beyond a cancellation.</summary>
    protected static async Task PassAsync(TimeSpan span, TimeProvider time, CancellationToken cancellationToken) =>
        await Task.Delay(span, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
