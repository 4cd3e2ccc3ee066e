namespace DeviceFleet.Month.Tests.Runtime;

/// <summary>
/// A clock that stands still until it is told to go on, and tells when the next timer is due: so a month is as many steps as things happen in it. Thread safe; callbacks
/// run on the thread that moves it.
/// </summary>
internal sealed class SteppedClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly SortedSet<(long Due, long Order, Armed Timer)> _armed = new(
        Comparer<(long Due, long Order, Armed Timer)>.Create(static (a, b) => a.Due != b.Due ? a.Due.CompareTo(b.Due) : a.Order.CompareTo(b.Order)));

    private long _now = start.UtcTicks;
    private long _order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>When the next timer is due; null: none is armed.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            lock (_gate)
            {
                return _armed.Count == 0 ? null : new DateTimeOffset(_armed.Min.Due, TimeSpan.Zero);
            }
        }
    }

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _now), TimeSpan.Zero);

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Armed(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Goes to <paramref name="moment"/>, never back, and lets every timer fire that is due by then.</summary>
    public void MoveTo(DateTimeOffset moment)
    {
        Volatile.Write(ref _now, Math.Max(Volatile.Read(ref _now), moment.UtcTicks));
        while (TakeDue() is { } timer)
        {
            timer.Fire();
        }
    }

    private Armed? TakeDue()
    {
        lock (_gate)
        {
            if (_armed.Count == 0 || _armed.Min.Due > _now)
            {
                return null;
            }

            var timer = _armed.Min.Timer;
            timer.Rearm_NeedsLock();
            return timer;
        }
    }

    private sealed class Armed(SteppedClock clock, TimerCallback callback, object? state) : ITimer
    {
        private (long Due, long Order)? _place;
        private TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                _period = period;
                Place_NeedsLock(dueTime == Timeout.InfiniteTimeSpan ? null : clock._now + dueTime.Ticks);
                return true;
            }
        }

        public void Rearm_NeedsLock() =>
            Place_NeedsLock(_period > TimeSpan.Zero ? _place!.Value.Due + _period.Ticks : null);

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (clock._gate)
            {
                Place_NeedsLock(null);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Place_NeedsLock(long? due)
        {
            if (_place is { } old)
            {
                clock._armed.Remove((old.Due, old.Order, this));
            }

            _place = due is { } at ? (at, clock._order++) : null;
            if (_place is { } place)
            {
                clock._armed.Add((place.Due, place.Order, this));
            }
        }
    }
}
