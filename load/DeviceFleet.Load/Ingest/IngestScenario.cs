using System.Globalization;
using DeviceFleet.Load.Idle;
using DeviceFleet.Load.Mqtt;
using DeviceFleet.Load.Reports;
using DeviceFleet.Load.Scenarios;
using DeviceFleet.Load.Servers;

namespace DeviceFleet.Load.Ingest;

/// <summary>
/// Telemetry from many devices: connect, warm up, measure, wait for what is outstanding. In the closed mode each device keeps a window
/// full, which finds the highest throughput; in the open mode messages come at a given rate, which shows latencies at that load.
/// </summary>
internal sealed class IngestScenario : ScenarioCommand<IngestSettings>
{
    public const string Name = "ingest";

    /// <inheritdoc/>
    internal override async Task<LoadReport> RunAsync(IngestSettings settings, TimeProvider time, Action<string> onPhase, CancellationToken cancellationToken)
    {
        var startedAt = time.GetUtcNow();
        onPhase($"connecting {settings.Devices} devices, {settings.IdleConnections} idle");
        await using var idle = await IdleConnections.OpenAsync(
            settings.Host, settings.Port, [.. settings.Identities.Skip(settings.Devices).Take(settings.IdleConnections)], time, cancellationToken);
        var window = new LoadWindow(time);
        var (devices, faults) = await ConnectAsync(settings, window, time, cancellationToken);
        using var stopReading = new CancellationTokenSource();
        var reading = Task.WhenAll(devices.Select(device => device.ReadAsync(stopReading.Token)));

        var use = await LoadAndMeasureAsync(settings, devices, window, time, onPhase, cancellationToken);

        onPhase("waiting for what is outstanding");
        using (var late = new CancellationTokenSource(settings.Drain, time))
        {
            await Task.WhenAll(devices.Select(device => device.SettledAsync(late.Token))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await stopReading.CancelAsync();
        await reading;
        foreach (var device in devices)
        {
            device.CountUnanswered();
            device.Dispose();
        }

        return Report(settings, startedAt, window, use, idle, devices, [.. faults, .. idle.ConnectFaults]);
    }

    private static async Task<(IReadOnlyList<LoadDevice> Devices, IReadOnlyList<string> Faults)> ConnectAsync(
        IngestSettings settings, LoadWindow window, TimeProvider time, CancellationToken cancellationToken)
    {
        var identities = settings.Identities.Take(settings.Devices).ToList();
        var boot = time.GetUtcNow().ToUnixTimeMilliseconds();
        var (connected, faults) = await ConnectionBatch.ConnectAsync(settings.Host, settings.Port, identities, time, cancellationToken);
        return ([.. connected.Select(entry =>
            new LoadDevice(entry.Index, identities[entry.Index].DeviceId, boot, settings.WindowOrDefault, entry.Socket, window, time))], faults);
    }

    private static async Task<MeasuredUse> LoadAndMeasureAsync(
        IngestSettings settings, IReadOnlyList<LoadDevice> devices, LoadWindow window, TimeProvider time, Action<string> onPhase, CancellationToken cancellationToken)
    {
        using var stopMaking = new CancellationTokenSource();
        onPhase($"warming up for {settings.Warmup.TotalSeconds} s");
        var making = Start(settings, devices, time, stopMaking.Token);
        await PassAsync(settings.Warmup, time, cancellationToken);

        onPhase($"measuring for {settings.Duration.TotalSeconds} s");
        var (serverBefore, clientBefore) = (ReadServer(settings), Environment.CpuUsage.TotalTime);
        window.Open();
        await PassAsync(settings.Duration, time, cancellationToken);
        window.Close();
        var use = new MeasuredUse(serverBefore, ReadServer(settings), Environment.CpuUsage.TotalTime - clientBefore);

        await stopMaking.CancelAsync();
        await making;
        foreach (var device in devices)
        {
            device.StopClosedLoop();
        }

        return use;
    }

    private static Task Start(IngestSettings settings, IReadOnlyList<LoadDevice> devices, TimeProvider time, CancellationToken stop)
    {
        if (devices.Count == 0)
        {
            return Task.CompletedTask;
        }

        if (settings.IsOpen)
        {
            return new OpenLoop(devices.Count, settings.Rate, (index, intended) => devices[index].Offer(intended), time).RunAsync(stop);
        }

        foreach (var device in devices)
        {
            device.StartClosedLoop();
        }

        return Task.CompletedTask;
    }

    private static ProcessReading? ReadServer(IngestSettings settings) => settings.ServerPid is { } pid ? ProcessMeter.Read(pid) : null;

    private static LoadReport Report(
        IngestSettings settings,
        DateTimeOffset startedAt,
        LoadWindow window,
        MeasuredUse use,
        IdleConnections idle,
        IReadOnlyList<LoadDevice> devices,
        IReadOnlyList<string> connectFaults)
    {
        var lost = devices.Select(device => device.Fault).OfType<string>().ToList();
        var seconds = window.Length.TotalSeconds;
        var messages = window.Acknowledged;
        return new LoadReport
        {
            Scenario = Name,
            StartedAt = startedAt,
            Settings = Describe(settings),
            Machine = MachineFacts.Read(),
            MeasuredSeconds = seconds,
            Messages = messages,
            MessagesPerSecond = seconds > 0 ? messages / seconds : 0,
            Latency = LatencyMs.From(window.Latencies()),
            Errors = new LoadErrors(
                connectFaults.Count, lost.Count + idle.Lost, window.Unanswered, window.NotSent, [.. connectFaults.Concat(lost).Distinct().Take(5)]),
            Server = ServerMeasure.Between(settings.ServerPid, use.ServerBefore, use.ServerAfter, seconds, messages),
            ClientCpuUsPerMessage = messages > 0 ? use.ClientCpu.TotalMicroseconds / messages : null,
            IdleConnections = idle.Count > 0 ? idle.Count : null,
        };
    }

    private static Dictionary<string, string> Describe(IngestSettings settings)
    {
        var described = new Dictionary<string, string>
        {
            ["mode"] = settings.Mode,
            ["devices"] = settings.Devices.ToString(CultureInfo.InvariantCulture),
            ["window"] = settings.WindowOrDefault.ToString(CultureInfo.InvariantCulture),
        };
        if (settings.IsOpen)
        {
            described["rate"] = settings.Rate.ToString(CultureInfo.InvariantCulture);
        }

        return described;
    }

    private sealed record MeasuredUse(ProcessReading? ServerBefore, ProcessReading? ServerAfter, TimeSpan ClientCpu);
}
