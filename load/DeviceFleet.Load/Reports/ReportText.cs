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

        if (report.Provisioning is { } burst)
        {
            Row("provisioned", $"{burst.Connected:N0} of {burst.Devices:N0} ({burst.ConnectedPerSecond:N1}/s)");
            Row("claims / answers that said to wait", $"{burst.Claims:N0} / {burst.Pending:N0}");
            Row("repeated connects / of these busy", $"{burst.RepeatedConnects:N0} / {burst.Busy:N0}");
            if (burst.UntilIssued is { } issued)
            {
                Row("until identity p50 / p99 / max", $"{issued.P50:N0} / {issued.P99:N0} / {issued.Max:N0} ms");
            }
        }

        if (report.Reconnect is { } storm)
        {
            Row("came back", $"{storm.Connected:N0} of {storm.Devices:N0}");
            Row("repeated connects / of these busy", $"{storm.Repeated:N0} / {storm.Busy:N0}");
            if (storm.ConnAck is { } connAck)
            {
                Row("CONNACK p50 / p99 / max", $"{connAck.P50:N1} / {connAck.P99:N1} / {connAck.Max:N1} ms");
            }
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
        if (errors.Refused > 0)
        {
            Row("refused", $"{errors.Refused:N0}");
        }

        console.Write(table);
        foreach (var example in errors.Examples)
        {
            console.MarkupLineInterpolated($"[red]error:[/] {example}");
        }
    }
}
