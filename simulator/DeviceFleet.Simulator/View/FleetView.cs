using System.Globalization;
using DeviceFleet.Simulator.Devices;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DeviceFleet.Simulator.View;

/// <summary>The run as it happens: a panel that redraws itself on a terminal, a plain line now and then anywhere else.</summary>
internal sealed class FleetView
{
    private static readonly TimeSpan RedrawPeriod = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LinePeriod = TimeSpan.FromSeconds(5);

    private readonly SimulatorOptions _options;
    private readonly FleetStats _stats;
    private readonly TimeProvider _time;
    private readonly long _started;
    private long _measuredAt;
    private long _sentBefore;
    private long _ackedBefore;

    private FleetView(SimulatorOptions options, FleetStats stats, TimeProvider time)
    {
        (_options, _stats, _time) = (options, stats, time);
        _started = _measuredAt = time.GetTimestamp();
    }

    /// <summary>Draws until told to stop.</summary>
    public static Task RunAsync(IAnsiConsole console, SimulatorOptions options, FleetStats stats, TimeProvider time, CancellationToken stop)
    {
        var view = new FleetView(options, stats, time);
        return console.Profile.Out.IsTerminal && console.Profile.Capabilities.Ansi
            ? view.RedrawAsync(console, stop)
            : view.WriteLinesAsync(console, stop);
    }

    internal string Line()
    {
        var now = Take();
        var provisioned = _options.Provisioning is null ? "" : string.Create(CultureInfo.InvariantCulture, $"provisioned {_stats.Provisioned}  ");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{now.Elapsed.TotalSeconds,6:F0} s  connected {now.Connected}/{_options.Devices}  {provisioned}sent {now.Sent} ({now.SendRate:F0}/s)  acked {now.Acked} ({now.AckRate:F0}/s)  "
            + $"in flight {now.InFlight}  resent {now.Resent}  failed {now.Failed}  skipped {now.Skipped}  lag p50 {now.Lag.P50:F1} ms p99 {now.Lag.P99:F1} ms");
    }

    private async Task WriteLinesAsync(IAnsiConsole console, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(LinePeriod, _time);
        await EachTickAsync(timer, () => console.Profile.Out.Writer.WriteLine(Line()), stop);
    }

    private async Task RedrawAsync(IAnsiConsole console, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(RedrawPeriod, _time);
        await console.Live(Panel()).StartAsync(live => EachTickAsync(
            timer,
            () =>
            {
                live.UpdateTarget(Panel());
                live.Refresh();
            },
            stop));
    }

    private static async Task EachTickAsync(PeriodicTimer timer, Action draw, CancellationToken stop)
    {
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                draw();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            draw();
        }
    }

    private Panel Panel()
    {
        var now = Take();
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap().RightAligned()).AddColumn(new GridColumn().NoWrap());
        void Row(string what, FormattableString value, string note = "") =>
            grid.AddRow(new Text(what, new Style(Color.Grey)), new Text(value.ToString(CultureInfo.InvariantCulture)), new Text(note, new Style(Color.Grey)));

        Row("connected", $"{now.Connected:N0}", string.Create(CultureInfo.InvariantCulture, $"of {_options.Devices:N0} devices"));
        if (_options.Provisioning is not null)
        {
            Row("provisioned", $"{_stats.Provisioned:N0}", string.Create(CultureInfo.InvariantCulture, $"{_stats.Claims:N0} claims"));
        }

        Row("sent", $"{now.Sent:N0}", string.Create(CultureInfo.InvariantCulture, $"{now.SendRate:N0}/s"));
        Row("acknowledged", $"{now.Acked:N0}", string.Create(CultureInfo.InvariantCulture, $"{now.AckRate:N0}/s"));
        Row("in flight", $"{now.InFlight:N0}");
        Row("resent", $"{now.Resent:N0}");
        Row("failed", $"{now.Failed:N0}");
        Row("skipped", $"{now.Skipped:N0}");
        Row("lag p50", $"{now.Lag.P50:N1} ms");
        Row("lag p99", $"{now.Lag.P99:N1} ms");

        IRenderable[] errors = [.. _stats.Errors().Select(error => new Text(error, new Style(Color.Red)).Ellipsis())];
        var title = string.Create(CultureInfo.InvariantCulture, $" simulator, {now.Elapsed:hh\\:mm\\:ss}, {_options.Host}:{_options.Port} ");
        return new Panel(new Rows([grid, .. errors])).RoundedBorder().Expand().Header(Markup.Escape(title));
    }

    private Figures Take()
    {
        var timestamp = _time.GetTimestamp();
        var seconds = Math.Max(0.001, _time.GetElapsedTime(_measuredAt, timestamp).TotalSeconds);
        var (sent, acked) = (_stats.Sent, _stats.Acknowledged);
        var figures = new Figures(
            _time.GetElapsedTime(_started, timestamp),
            _stats.Connected,
            sent,
            (sent - _sentBefore) / seconds,
            acked,
            (acked - _ackedBefore) / seconds,
            _stats.InFlight,
            _stats.Resent,
            _stats.Failed,
            _stats.Skipped,
            _stats.TakeRecentLatency());
        (_measuredAt, _sentBefore, _ackedBefore) = (timestamp, sent, acked);
        return figures;
    }

    private sealed record Figures(
        TimeSpan Elapsed, int Connected, long Sent, double SendRate, long Acked, double AckRate, int InFlight, long Resent, long Failed, long Skipped, LatencyPercentiles Lag);
}
