namespace DeviceFleet.Simulator.Devices;

/// <summary>
/// Asks each device for its samples when they are due, all from one loop: a timer for each of ten thousand devices would cost more than
/// what they measure. A loop that falls behind leaves the missed moments out; a sensor does not catch up.
/// </summary>
internal sealed class SamplePacer
{
    /// <summary>How closely moments are met; what is due within it is taken together.</summary>
    public static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(5);

    private readonly PriorityQueue<VirtualDevice, long> _due = new();
    private readonly TimeProvider _time;
    private readonly long _period;

    /// <param name="devices">The devices, each with the time of its first sample.</param>
    /// <param name="period">Between two samples of one device.</param>
    /// <param name="time">The clock; the first samples' times count from now.</param>
    public SamplePacer(IEnumerable<(VirtualDevice Device, TimeSpan First)> devices, TimeSpan period, TimeProvider time)
    {
        _time = time;
        _period = Math.Max(1, Ticks(period));
        var start = time.GetTimestamp();
        _due.EnqueueRange(devices.Select(entry => (entry.Device, start + Ticks(entry.First))));
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && _due.TryPeek(out _, out var next))
        {
            var wait = _time.GetElapsedTime(_time.GetTimestamp(), next);
            await Task.Delay(wait > Grain ? wait : Grain, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            TakeWhatIsDue(stop);
        }
    }

    /// <summary>Takes what is due now; the loop's step.</summary>
    internal void TakeWhatIsDue(CancellationToken stop)
    {
        var now = _time.GetTimestamp();
        while (!stop.IsCancellationRequested && _due.TryPeek(out var device, out var due) && due <= now)
        {
            device.TakeSample();
            var missed = (now - due) / _period;
            _due.DequeueEnqueue(device, due + ((missed + 1) * _period));
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
