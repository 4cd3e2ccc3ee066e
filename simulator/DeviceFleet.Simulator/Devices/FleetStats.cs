using HdrHistogram;

namespace DeviceFleet.Simulator.Devices;

/// <summary>The fleet's counters and latencies. Thread-safe; each counter is exact, a snapshot of several is not taken at one instant.</summary>
internal sealed class FleetStats
{
    /// <summary>How many different errors are remembered.</summary>
    public const int ErrorsMax = 5;

    private static readonly long LatencyUsMax = (long)TimeSpan.FromHours(1).TotalMicroseconds;

    private readonly Lock _lock = new();
    private readonly LongHistogram _latency = new(LatencyUsMax, 3);
    private readonly LongHistogram _recentLatency = new(LatencyUsMax, 2);
    private readonly LongHistogram _provisioning = new(LatencyUsMax, 3);
    private readonly List<(string Text, int Times)> _errors = []; // newest first

    private long _sent, _acknowledged, _failed, _resent, _skipped, _connects, _outstanding, _commands, _commandsAgain, _commandsTooLate, _twinReports;
    private long _claims, _claimsRefused, _provisioned, _provisionedAnew, _rotated, _rotationsRefused;
    private int _connected, _inFlight, _refused;
    private TaskCompletionSource? _drained;

    public long Sent => Interlocked.Read(ref _sent);

    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    public long Failed => Interlocked.Read(ref _failed);

    public long Resent => Interlocked.Read(ref _resent);

    public long Skipped => Interlocked.Read(ref _skipped);

    public long Connects => Interlocked.Read(ref _connects);

    /// <summary>Commands executed.</summary>
    public long Commands => Interlocked.Read(ref _commands);

    /// <summary>Commands that came again, and were not executed again.</summary>
    public long CommandsAgain => Interlocked.Read(ref _commandsAgain);

    /// <summary>Commands that came when they had expired, and were left.</summary>
    public long CommandsTooLate => Interlocked.Read(ref _commandsTooLate);

    /// <summary>Reports of twins that went out.</summary>
    public long TwinReports => Interlocked.Read(ref _twinReports);

    /// <summary>Claims made.</summary>
    public long Claims => Interlocked.Read(ref _claims);

    /// <summary>Claims that were refused, for now or for good.</summary>
    public long ClaimsRefused => Interlocked.Read(ref _claimsRefused);

    /// <summary>Identities given to devices that had none.</summary>
    public long Provisioned => Interlocked.Read(ref _provisioned);

    /// <summary>Identities given to devices whose own the broker refused.</summary>
    public long ProvisionedAnew => Interlocked.Read(ref _provisionedAnew);

    /// <summary>New credentials that devices took on, and the broker took from them.</summary>
    public long Rotated => Interlocked.Read(ref _rotated);

    /// <summary>New credentials that the broker refused, so that devices went back to the old ones.</summary>
    public long RotationsRefused => Interlocked.Read(ref _rotationsRefused);

    /// <summary>Devices connected now.</summary>
    public int Connected => Volatile.Read(ref _connected);

    /// <summary>Samples on the wire now.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Devices turned away for good.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public void NoteTaken() => Interlocked.Increment(ref _outstanding);

    public void NoteSkipped() => Interlocked.Increment(ref _skipped);

    public void NoteSend(bool first)
    {
        Interlocked.Increment(ref first ? ref _sent : ref _resent);
        Interlocked.Increment(ref _inFlight);
    }

    /// <summary>A send ended: answered, or its connection is gone.</summary>
    public void NoteSendEnded() => Interlocked.Decrement(ref _inFlight);

    public void NoteAcknowledged(TimeSpan sinceFirstSend)
    {
        Interlocked.Increment(ref _acknowledged);
        var us = Math.Clamp((long)sinceFirstSend.TotalMicroseconds, 1, LatencyUsMax);
        lock (_lock)
        {
            _latency.RecordValue(us);
            _recentLatency.RecordValue(us);
        }

        NoteNoLongerOutstanding(1);
    }

    public void NoteFailed()
    {
        Interlocked.Increment(ref _failed);
        NoteNoLongerOutstanding(1);
    }

    public void NoteConnected()
    {
        Interlocked.Increment(ref _connects);
        Interlocked.Increment(ref _connected);
    }

    public void NoteDisconnected() => Interlocked.Decrement(ref _connected);

    /// <summary>A device will never connect; what it holds is not waited for.</summary>
    public void NoteRefused(int samplesHeld)
    {
        Interlocked.Increment(ref _refused);
        NoteNoLongerOutstanding(samplesHeld);
    }

    public void NoteCommand(bool isNew) => Interlocked.Increment(ref isNew ? ref _commands : ref _commandsAgain);

    public void NoteCommandTooLate() => Interlocked.Increment(ref _commandsTooLate);

    public void NoteTwinReport() => Interlocked.Increment(ref _twinReports);

    public void NoteClaim() => Interlocked.Increment(ref _claims);

    public void NoteClaimRefused() => Interlocked.Increment(ref _claimsRefused);

    public void NoteProvisioned(bool anew) => Interlocked.Increment(ref anew ? ref _provisionedAnew : ref _provisioned);

    /// <summary>A device that provisioned itself is connected with what it was given.</summary>
    public void NoteProvisionedConnected(TimeSpan sinceFirstClaim)
    {
        var us = Math.Clamp((long)sinceFirstClaim.TotalMicroseconds, 1, LatencyUsMax);
        lock (_lock)
        {
            _provisioning.RecordValue(us);
        }
    }

    public void NoteRotated() => Interlocked.Increment(ref _rotated);

    public void NoteRotationRefused() => Interlocked.Increment(ref _rotationsRefused);

    public void NoteError(string text)
    {
        lock (_lock)
        {
            var known = _errors.FindIndex(error => error.Text == text);
            var times = known >= 0 ? _errors[known].Times + 1 : 1;
            if (known >= 0)
            {
                _errors.RemoveAt(known);
            }

            _errors.Insert(0, (text, times));
            if (_errors.Count > ErrorsMax)
            {
                _errors.RemoveAt(ErrorsMax);
            }
        }
    }

    /// <summary>Completes when no sample is outstanding. To be called once, when no more samples are taken.</summary>
    public Task DrainAsync(CancellationToken cancellationToken)
    {
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _drained = drained;
        NoteNoLongerOutstanding(0);
        return drained.Task.WaitAsync(cancellationToken);
    }

    public IReadOnlyList<string> Errors()
    {
        lock (_lock)
        {
            return [.. _errors.Select(error => error.Times == 1 ? error.Text : $"{error.Text} ({error.Times} times)")];
        }
    }

    /// <summary>Latencies of the whole run.</summary>
    public LatencyPercentiles Latency()
    {
        lock (_lock)
        {
            return Percentiles(_latency);
        }
    }

    /// <summary>From a device's first attempt to provision itself until it was connected with what it was given.</summary>
    public LatencyPercentiles ProvisioningLatency()
    {
        lock (_lock)
        {
            return Percentiles(_provisioning);
        }
    }

    /// <summary>Latencies since this was last asked.</summary>
    public LatencyPercentiles TakeRecentLatency()
    {
        lock (_lock)
        {
            var recent = Percentiles(_recentLatency);
            _recentLatency.Reset();
            return recent;
        }
    }

    private void NoteNoLongerOutstanding(long samples)
    {
        // A full fence on both sides: either this sees the waiter, or the waiter's own look at the count sees this.
        if (Interlocked.Add(ref _outstanding, -samples) == 0)
        {
            Volatile.Read(ref _drained)?.TrySetResult();
        }
    }

    private static LatencyPercentiles Percentiles(LongHistogram histogram)
    {
        double Ms(double percentile) => histogram.GetValueAtPercentile(percentile) / 1000.0;
        return histogram.TotalCount == 0 ? default : new LatencyPercentiles(Ms(50), Ms(90), Ms(99), Ms(99.9), Ms(100));
    }
}
