using System.Globalization;
using Spectre.Console;

namespace DeviceFleet.Load.Reports;

/// <summary>A report for people.</summary>
internal static class ReportText
{
    public static void Write(IAnsiConsole console, LoadReport report)
    {
        var table = new Table().RoundedBorder().HideHeaders().AddColumn("what").AddColumn(new TableColumn("value").RightAligned());
        table.Title = new TableTitle(Markup.Escape($"{report.Scenario}: {string.Join(' ', report.Settings.Select(setting => $"{setting.Key}={setting.Value}"))}"));
        void Row(string what, FormattableString value) => table.AddRow(what, Markup.Escape(value.ToString(CultureInfo.InvariantCulture)));

        Row("measured", $"{report.MeasuredSeconds:N1} s on {report.Machine.Processors} processors");
        if (report.Messages is { } messages)
        {
            Row("acknowledged", $"{messages:N0} ({report.MessagesPerSecond:N0}/s)");
        }

        if (report.Latency is { } latency)
        {
            Row("latency p50 / p90", $"{latency.P50:N2} / {latency.P90:N2} ms");
            Row("latency p99 / p99.9", $"{latency.P99:N2} / {latency.P999:N2} ms");
            Row("latency max", $"{latency.Max:N2} ms");
        }

        if (report.Server is { } server)
        {
            Row("server processors kept busy", $"{server.Cores:N2}");
            if (server.CpuUsPerMessage is { } us)
            {
                Row("server cpu per message", $"{us:N1} us");
            }

            Row("server memory before / after", $"{server.RssMiBBefore:N1} / {server.RssMiBAfter:N1} MiB");
        }

        if (report.ClientCpuUsPerMessage is { } client)
        {
            Row("load's own cpu per message", $"{client:N1} us");
        }

        if (report.IdleConnections is { } idle)
        {
            Row("idle connections", $"{idle:N0}");
        }

        if (report.ServerBytesPerIdleConnection is { } bytes)
        {
            Row("server memory per idle connection", $"{bytes / 1024:N2} KiB");
        }

        var errors = report.Errors;
        Row("connects failed / connections lost", $"{errors.ConnectsFailed:N0} / {errors.ConnectionsLost:N0}");
        Row("unanswered / not sent", $"{errors.Unanswered:N0} / {errors.NotSent:N0}");
        console.Write(table);
        foreach (var example in errors.Examples)
        {
            console.MarkupLineInterpolated($"[red]error:[/] {example}");
        }
    }
}
