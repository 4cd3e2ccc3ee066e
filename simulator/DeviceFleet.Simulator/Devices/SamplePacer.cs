using System.Collections.Concurrent;

namespace DeviceFleet.Simulator.Devices;

/// <summary>
/// Asks each device for its samples when they are due, all from one loop: a timer for each of ten thousand devices would cost more than
/// what they measure. A loop that falls behind leaves the missed moments out; a sensor does not catch up.
/// </summary>
internal sealed class SamplePacer
{
    /// <summary>How closely moments are met; what is due within it is taken together.</summary>
    public static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(5);

    /// <summary>Longest sleep: an interval that was changed counts after it at the latest.</summary>
    public static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(250);

    private readonly PriorityQueue<Turn, long> _due = new();
    private readonly ConcurrentQueue<VirtualDevice> _changed = new();
    private readonly Dictionary<VirtualDevice, int> _changes = [];
    private readonly TimeProvider _time;

    /// <param name="devices">The devices, each with the time of its first sample; silent ones are left out.</param>
    /// <param name="time">The clock; the first samples' times count from now.</param>
    public SamplePacer(IEnumerable<(VirtualDevice Device, TimeSpan First)> devices, TimeProvider time)
    {
        _time = time;
        var start = time.GetTimestamp();
        foreach (var (device, first) in devices.Where(entry => entry.Device.SamplePeriod is not null))
        {
            _due.Enqueue(new Turn(device, 0), start + Ticks(first));
            device.SamplePeriodChanged = () => _changed.Enqueue(device);
        }
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && _due.TryPeek(out _, out var next))
        {
            var wait = _time.GetElapsedTime(_time.GetTimestamp(), next);
            wait = wait < Grain ? Grain : wait > LookPeriod ? LookPeriod : wait;
            await Task.Delay(wait, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            TakeWhatIsDue(stop);
        }
    }

    /// <summary>Takes what is due now; the loop's step.</summary>
    internal void TakeWhatIsDue(CancellationToken stop)
    {
        var now = _time.GetTimestamp();
        while (_changed.TryDequeue(out var device))
        {
            // The queue cannot move an entry: the old one is left to pass, and the new one knows that it is newer.
            var change = _changes[device] = _changes.GetValueOrDefault(device) + 1;
            _due.Enqueue(new Turn(device, change), now + PeriodOf(device));
        }

        while (!stop.IsCancellationRequested && _due.TryPeek(out var turn, out var due) && due <= now)
        {
            if (turn.Change != _changes.GetValueOrDefault(turn.Device))
            {
                _due.Dequeue();
                continue;
            }

            turn.Device.TakeSample();
            var period = PeriodOf(turn.Device);
            var missed = (now - due) / period;
            _due.DequeueEnqueue(turn, due + ((missed + 1) * period));
        }
    }

    private long PeriodOf(VirtualDevice device) => Math.Max(1, Ticks(device.SamplePeriod ?? LookPeriod));

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    /// <summary>A device's next sample; of an older change than the device's newest, it is void.</summary>
    private readonly record struct Turn(VirtualDevice Device, int Change);
}
