using System.Globalization;
using Spectre.Console;

namespace DeviceFleet.Simulator.View;

/// <summary>The closing table.</summary>
internal static class SummaryTable
{
    public static void Write(IAnsiConsole console, SimulatorSummary summary)
    {
        var table = new Table().RoundedBorder().Title("Simulator").HideHeaders().AddColumn("what").AddColumn(new TableColumn("value").RightAligned());
        void Row(string what, FormattableString value) => table.AddRow(what, Markup.Escape(value.ToString(CultureInfo.InvariantCulture)));

        Row("devices", $"{summary.Devices:N0} ({summary.DevicesRefused:N0} refused, {summary.Connects:N0} connects)");
        Row("sent", $"{summary.Sent:N0}");
        Row("acknowledged", $"{summary.Acknowledged:N0}");
        Row("failed", $"{summary.Failed:N0}");
        Row("pending", $"{summary.Pending:N0}");
        Row("resent", $"{summary.Resent:N0}");
        Row("skipped", $"{summary.Skipped:N0}");
        Row("unsent", $"{summary.Unsent:N0}");
        Row("commands", $"{summary.Commands:N0} ({summary.CommandsAgain:N0} came again, {summary.CommandsTooLate:N0} too late)");
        Row("twin reports", $"{summary.TwinReports:N0}");
        if (summary.Claims > 0)
        {
            Row("provisioned", $"{summary.Provisioned:N0} ({summary.ProvisionedAnew:N0} anew, {summary.Claims:N0} claims, {summary.ClaimsRefused:N0} refused, {summary.DevicesWithoutIdentity:N0} devices without identity)");
            Row("provisioning p50 / p99 / max", $"{summary.ProvisioningLatency.P50:N0} / {summary.ProvisioningLatency.P99:N0} / {summary.ProvisioningLatency.Max:N0} ms");
        }

        if (summary.Rotated + summary.RotationsRefused > 0)
        {
            Row("credentials rotated", $"{summary.Rotated:N0} ({summary.RotationsRefused:N0} refused)");
        }

        Row("rate", $"{(summary.Elapsed > TimeSpan.Zero ? summary.Acknowledged / summary.Elapsed.TotalSeconds : 0):N1}/s over {summary.Elapsed.TotalSeconds:N1} s");
        Row("lag p50 / p99 / max", $"{summary.Latency.P50:N1} / {summary.Latency.P99:N1} / {summary.Latency.Max:N1} ms");
        console.Write(table);

        foreach (var error in summary.Errors)
        {
            console.MarkupLineInterpolated($"[red]error:[/] {error}");
        }

        console.MarkupLine(summary.IsComplete ? "[green]complete:[/] everything sent was acknowledged" : "[red]incomplete[/]");
    }
}
