using System.Globalization;
using DeviceFleet.Simulator.Devices;
using DeviceFleet.Simulator.Firmware;
using DeviceFleet.Simulator.Ledgers;
using DeviceFleet.Simulator.Profiles;
using DeviceFleet.Simulator.Provisioning;
using DeviceFleet.Simulator.View;
using Spectre.Console;

namespace DeviceFleet.Simulator;

/// <summary>A fleet of virtual devices on one broker.</summary>
public sealed class SimulatedFleet
{
    private static readonly TimeSpan AcknowledgementCheckPeriod = TimeSpan.FromSeconds(1);

    private readonly SimulatorOptions _options;
    private readonly TimeProvider _time;
    private readonly FleetStats _stats;
    private readonly IReadOnlyList<VirtualDevice> _devices;
    private readonly long _started;

    private SimulatedFleet(FleetContext context)
    {
        (_options, _time, _stats) = (context.Options, context.Time, context.Stats);
        _started = _time.GetTimestamp();
        _devices = [.. MakeDevices(context)];
    }

    /// <summary>
    /// Runs a fleet to its end: until its duration is over, cancellation, or every device is turned away. Then no more samples are taken,
    /// outstanding acknowledgements are awaited for a bounded time, and every device says farewell and disconnects.
    /// </summary>
    /// <param name="options">What to run.</param>
    /// <param name="time">Clock of everything.</param>
    /// <param name="view">Where progress and the closing table are drawn; null: nowhere.</param>
    /// <param name="cancellationToken">Ends the run early, and in order: the summary is returned, nothing is thrown.</param>
    /// <exception cref="ArgumentException">The options are at fault; the message holds all faults.</exception>
    /// <exception cref="IOException">A file cannot be opened.</exception>
    /// <exception cref="InvalidDataException">The identities file, or the firmware's, holds something else.</exception>
    public static async Task<SimulatorSummary> RunAsync(
        SimulatorOptions options, TimeProvider time, IAnsiConsole? view, CancellationToken cancellationToken)
    {
        if (options.Faults() is { Count: > 0 } faults)
        {
            throw new ArgumentException(string.Join("; ", faults), nameof(options));
        }

        using var ledger = options.LedgerPath is null ? null : LedgerWriter.Open(options.LedgerPath);
        using var commandLedger = options.CommandLedgerPath is null ? null : LedgerWriter.Open(options.CommandLedgerPath);
        using var identities = IdentityStore.Open(options.IdentitiesPath);
        using var firmwareStore = FirmwareStore.Open(options.Firmware.StatePath);
        using var firmware = options.Firmware.Url is { } url ? new FirmwareSource(url, time) : null;
        using var gate = new ConnectGate(options.ConnectsPerSecond, options.ConnectsAtOnceMax, time);
        var fleet = new SimulatedFleet(new FleetContext(options, time, new FleetStats(), gate, identities, firmwareStore)
        {
            Ledger = ledger, CommandLedger = commandLedger, Firmware = firmware,
        });
        var summary = await fleet.RunAsync(view, cancellationToken);
        if (view is not null)
        {
            SummaryTable.Write(view, summary);
        }

        return summary;
    }

    private async Task<SimulatorSummary> RunAsync(IAnsiConsole? view, CancellationToken cancellationToken)
    {
        using var stopSampling = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var stopDevices = new CancellationTokenSource();
        using var stopWatching = new CancellationTokenSource();

        var devices = Task.WhenAll(_devices.Select(device => device.RunAsync(stopDevices.Token)));
        var sampling = SampleAsync(stopSampling.Token);
        var watching = Task.WhenAll(
            WatchAcknowledgementsAsync(stopWatching.Token),
            view is null ? Task.CompletedTask : FleetView.RunAsync(view, _options, _stats, _time, stopWatching.Token));

        using (var end = Limit(_options.Duration ?? Timeout.InfiniteTimeSpan, cancellationToken))
        {
            await devices.WaitAsync(end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await stopSampling.CancelAsync();
        await sampling;

        var stopping = cancellationToken.IsCancellationRequested;
        using (var end = stopping ? Limit(_options.StopTimeout, CancellationToken.None) : Limit(_options.DrainTimeout, cancellationToken))
        {
            await _stats.DrainAsync(end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await stopDevices.CancelAsync();
        await devices;
        await stopWatching.CancelAsync();
        await watching;
        return Summarise();
    }

    /// <summary>Fires after a time, or earlier on a cancellation.</summary>
    private Deadline Limit(TimeSpan limit, CancellationToken cancellationToken) => new(limit, _time, cancellationToken);

    private Task SampleAsync(CancellationToken stop)
    {
        if (_options.Rate == 0)
        {
            return Task.CompletedTask;
        }

        // Each device begins when its turn to connect comes, at a phase of its own: the load is even from the first second.
        var period = TimeSpan.FromSeconds(1 / _options.Rate);
        var first = _devices.Select((device, index) => (
            device,
            TimeSpan.FromSeconds((double)index / _options.ConnectsPerSecond) + (period * SeededNoise.Unit(_options.Seed, 0, (ulong)index))));
        return new SamplePacer(first, _time).RunAsync(stop);
    }

    private async Task WatchAcknowledgementsAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(AcknowledgementCheckPeriod, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                foreach (var device in _devices)
                {
                    device.CheckAcknowledgements();
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private SimulatorSummary Summarise()
    {
        var held = _devices.Select(device => device.CountHeld()).ToList();
        return new SimulatorSummary
        {
            Devices = _devices.Count,
            DevicesRefused = _stats.Refused,
            DevicesWithoutIdentity = _devices.Count(device => !device.HasIdentity),
            Connects = _stats.Connects,
            Sent = _stats.Sent,
            Acknowledged = _stats.Acknowledged,
            Failed = _stats.Failed,
            Pending = held.Sum(count => (long)count.Sent),
            Unsent = held.Sum(count => (long)count.Unsent),
            Resent = _stats.Resent,
            Skipped = _stats.Skipped,
            Commands = _stats.Commands,
            CommandsAgain = _stats.CommandsAgain,
            CommandsTooLate = _stats.CommandsTooLate,
            TwinReports = _stats.TwinReports,
            Claims = _stats.Claims,
            ClaimsRefused = _stats.ClaimsRefused,
            Provisioned = _stats.Provisioned,
            ProvisionedAnew = _stats.ProvisionedAnew,
            Rotated = _stats.Rotated,
            RotationsRefused = _stats.RotationsRefused,
            ProvisioningLatency = _stats.ProvisioningLatency(),
            Elapsed = _time.GetElapsedTime(_started),
            Latency = _stats.Latency(),
            Errors = _stats.Errors(),
        };
    }

    private static IEnumerable<VirtualDevice> MakeDevices(FleetContext context)
    {
        var options = context.Options;
        if (!DeviceProfile.TryFind(options.Profile, out var profiles))
        {
            throw new ArgumentException($"No profile '{options.Profile}'.", nameof(context));
        }

        var boot = context.Time.GetUtcNow().ToUnixTimeMilliseconds(); // rises over runs, without a file to count them in
        for (var number = 1; number <= options.Devices; number++)
        {
            var hardwareId = string.Create(CultureInfo.InvariantCulture, $"{options.Prefix}{number:D4}");
            var profile = profiles[(number - 1) % profiles.Count];
            var account = new DeviceAccount(hardwareId, context.Identities.Find(hardwareId), context.Identities, options.Provisioning, context.Time);
            yield return new VirtualDevice(account, boot, SeededNoise.Derive(options.Seed, (ulong)number), profile, context);
        }
    }

    private sealed class Deadline : IDisposable
    {
        private readonly CancellationTokenSource _late;
        private readonly CancellationTokenSource _either;

        public Deadline(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
        {
            _late = new CancellationTokenSource(limit, time);
            _either = CancellationTokenSource.CreateLinkedTokenSource(_late.Token, cancellationToken);
        }

        public CancellationToken Token => _either.Token;

        public void Dispose()
        {
            _either.Dispose();
            _late.Dispose();
        }
    }
}
