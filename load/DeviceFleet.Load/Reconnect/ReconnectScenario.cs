using System.Globalization;
using DeviceFleet.Load.Mqtt;
using DeviceFleet.Load.Reports;
using DeviceFleet.Load.Scenarios;
using DeviceFleet.Load.Servers;

namespace DeviceFleet.Load.Reconnect;

/// <summary>The reconnect storm: all devices lose their connections in one moment, as when power or a network comes back, and return within a window.</summary>
internal sealed class ReconnectScenario : ScenarioCommand<ReconnectSettings>
{
    public const string Name = "reconnect";

    /// <inheritdoc/>
    internal override async Task<LoadReport> RunAsync(ReconnectSettings settings, TimeProvider time, Action<string> onPhase, CancellationToken cancellationToken)
    {
        var startedAt = time.GetUtcNow();
        var identities = settings.Identities.Take(settings.Devices).ToList();
        onPhase($"connecting {identities.Count} devices");
        var (connected, faults) = await ConnectionBatch.ConnectAsync(settings.Host, settings.Port, identities, time, cancellationToken);
        onPhase($"{connected.Count} connected, held for {settings.Hold.TotalSeconds} s");
        await PassAsync(settings.Hold, time, cancellationToken);

        onPhase($"cut off; {connected.Count} come back within {settings.Within.TotalSeconds} s");
        foreach (var (_, socket) in connected)
        {
            socket.Cut();
        }

        var counts = new ReconnectCounts();
        var devices = connected.Select(entry => new ReturningDevice(entry.Index, identities[entry.Index], settings, counts, time)).ToList();
        using var late = new CancellationTokenSource(settings.Within + settings.Drain, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        var (serverBefore, cut) = (ProcessMeter.TryRead(settings.ServerPid), time.GetTimestamp());
        await PacedStart.RunAsync(devices.Count, settings.Within, (index, intended) => devices[index].RunAsync(intended, end.Token), time, end.Token);
        var seconds = time.GetElapsedTime(cut).TotalSeconds;
        var serverAfter = ProcessMeter.TryRead(settings.ServerPid);
        foreach (var device in devices)
        {
            device.Socket?.Disconnect();
            device.Socket?.Dispose();
        }

        return new LoadReport
        {
            Scenario = Name,
            StartedAt = startedAt,
            Settings = new Dictionary<string, string>
            {
                ["devices"] = settings.Devices.ToString(CultureInfo.InvariantCulture), ["within"] = settings.WithinText,
            },
            Machine = MachineFacts.Read(),
            MeasuredSeconds = seconds,
            Latency = counts.UntilConnected.Read(),
            Reconnect = new ReconnectFigures(devices.Count, counts.Connected, counts.Repeated, counts.Busy, counts.ConnAck.Read()),
            Server = ServerMeasure.Between(settings.ServerPid, serverBefore, serverAfter, seconds, counts.Connected),
            Errors = new LoadErrors(
                faults.Count + counts.Failed, ConnectionsLost: 0, Unanswered: 0, NotSent: devices.Count - counts.Connected - counts.Failed, [.. faults.Concat(counts.Faults).Take(5)]),
        };
    }
}
