using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Simulator.Devices;
using DeviceFleet.Simulator.Provisioning;

namespace DeviceFleet.Simulator.Firmware;

/// <summary>
/// The device's side of a rollout: takes orders, downloads, verifies, installs and restarts, and tells how it stands. One order at a time; a newer one takes the place of one that
/// is not installed yet. The same order again is not begun again. Outlasts connections; thread-safe.
/// </summary>
internal sealed class FirmwareUpdater(string deviceType, FirmwareTemper temper, DeviceAccount account, FleetContext fleet)
{
    private readonly Lock _lock = new();
    private FirmwareReport _report = new() { Version = fleet.FirmwareStore.Find(account.HardwareId) ?? fleet.Options.Firmware.Version, State = States.Idle };
    private FirmwareOrder? _order; // the newest
    private FirmwareOrder? _done; // the one that was dealt with last
    private FirmwareOrder? _staged; // installed, and runs from the next start on
    private CancellationTokenSource? _superseded;
    private bool _working;
    private CancellationToken _stop;

    /// <summary>Called when <see cref="Report"/> has changed.</summary>
    public Action ReportChanged { get; set; } = static () => { };

    /// <summary>Called when the device is to start anew.</summary>
    public Action RestartWanted { get; set; } = static () => { };

    /// <summary>How it stands.</summary>
    public FirmwareReport Report
    {
        get
        {
            lock (_lock)
            {
                return _report;
            }
        }
    }

    /// <summary>Takes an order.</summary>
    /// <param name="order">The order.</param>
    /// <param name="stop">Ends the device.</param>
    public void Take(FirmwareOrder order, CancellationToken stop)
    {
        lock (_lock)
        {
            if (order == _order)
            {
                return;
            }

            _order = order;
            _stop = stop;
            _superseded?.Cancel();
            Begin_NeedsLock();
        }
    }

    /// <summary>The device has started anew: it runs what was installed.</summary>
    public void Restarted()
    {
        lock (_lock)
        {
            if (_staged is not { } staged)
            {
                return;
            }

            _staged = null;
            if (temper != FirmwareTemper.Lies)
            {
                fleet.FirmwareStore.Store(account.HardwareId, staged.Version);
            }

            var version = temper == FirmwareTemper.Lies ? _report.Version : staged.Version;
            _report = new FirmwareReport { Version = version, State = States.Installed, Target = staged.Version, Rollout = staged.Rollout };
            Begin_NeedsLock();
        }
    }

    private void Begin_NeedsLock()
    {
        if (!_working && _staged is null && _order != _done)
        {
            _working = true;
            _ = WorkAsync(); // ends when nothing is to be done, or the device stops
        }
    }

    private async Task WorkAsync()
    {
        await Task.Yield(); // the caller holds the lock, and nothing may be told under it
        while (true)
        {
            FirmwareOrder order;
            using var superseded = new CancellationTokenSource();
            lock (_lock)
            {
                if (_staged is not null || _order is null || _order == _done || _stop.IsCancellationRequested)
                {
                    _working = false;
                    return;
                }

                order = _order;
                _superseded = superseded;
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(superseded.Token, _stop);
            string? fault = null;
            try
            {
                await UpdateAsync(order, either.Token);
            }
            catch (OperationCanceledException)
            {
                // A newer order, or the end.
            }
            catch (Exception exception)
            {
                fault = exception.Message; // a device says what went wrong with it, whatever it is
            }

            if (fault is not null)
            {
                Tell(order, States.Failed, fault);
            }

            lock (_lock)
            {
                _superseded = null;
                _done = order;
            }
        }
    }

    private async Task UpdateAsync(FirmwareOrder order, CancellationToken cancellationToken)
    {
        var running = Report.Version;
        if (order.Version == running)
        {
            Tell(order, States.Installed);
            return;
        }

        var identity = account.Identity ?? throw new InvalidOperationException("An order without an identity.");
        if (FirmwareCheck.Refusal(order, deviceType, running, identity.FirmwareKey) is { } refusal)
        {
            Tell(order, States.Refused, refusal);
            return;
        }

        Tell(order, States.Downloading);
        if (fleet.Firmware is not { } source)
        {
            Tell(order, States.Failed, "no address to download from");
            return;
        }

        var image = await source.DownloadAsync(order, identity, cancellationToken);
        if (image.Fault is { } fault)
        {
            Tell(order, States.Failed, $"download: {fault}");
            return;
        }

        Tell(order, States.Verifying);
        if (image.Size != order.Size || image.Sha256 != order.Sha256)
        {
            Tell(order, States.Failed, image.Size == order.Size ? "wrong SHA-256" : "wrong size");
            return;
        }

        Tell(order, States.Installing);
        await Task.Delay(fleet.Options.Firmware.InstallTime, fleet.Time, cancellationToken);
        Install(order, cancellationToken);
    }

    /// <summary>From here on the order is carried out, whatever comes.</summary>
    private void Install(FirmwareOrder order, CancellationToken cancellationToken)
    {
        if (temper == FirmwareTemper.Fails)
        {
            Tell(order, States.Failed, "the installation failed");
            return;
        }

        lock (_lock)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _staged = order;
        }

        RestartWanted();
    }

    private void Tell(FirmwareOrder order, string state, string? error = null)
    {
        lock (_lock)
        {
            _report = new FirmwareReport { Version = _report.Version, State = state, Target = order.Version, Rollout = order.Rollout, Error = error };
        }

        if (state is States.Failed or States.Refused)
        {
            fleet.Stats.NoteError($"firmware {order.Version} {state}: {error}");
        }

        ReportChanged();
    }

    /// <summary>Values of <see cref="FirmwareReport.State"/>.</summary>
    private static class States
    {
        public const string Idle = "idle";
        public const string Downloading = "downloading";
        public const string Verifying = "verifying";
        public const string Installing = "installing";
        public const string Installed = "installed";
        public const string Failed = "failed";
        public const string Refused = "refused";
    }
}
