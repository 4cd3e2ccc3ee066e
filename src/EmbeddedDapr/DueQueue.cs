namespace EmbeddedDapr;

/// <summary>
/// Things that are due at a point in time, earliest first, equal ones in the order of arrival. One timer of the given clock stands for all of them, so a fake clock drives it
/// exactly. Never early: what the operating system's timer brings too soon waits again. Thread safe; the handler runs outside the lock.
/// </summary>
/// <typeparam name="T">What is due.</typeparam>
internal sealed class DueQueue<T> : IDisposable
{
    private static readonly TimeSpan TimerMax = TimeSpan.FromDays(40);
    private static readonly TimeSpan ClockStepMax = TimeSpan.FromMilliseconds(100);
    private readonly PriorityQueue<T, (long Due, long Order)> _waiting = new();
    private readonly TimeProvider _time;
    private readonly WorkQueue _work;
    private readonly Action<IReadOnlyList<T>> _handler;
    private readonly ITimer _timer;
    private readonly Func<T, bool> _isLive;
    private readonly int _batchMax;
    private long _order;
    private int _dead;
    private long _armed = long.MaxValue;
    private bool _disposed;

    /// <summary>
    /// The handler gets what is due, at most <paramref name="batchMax"/> at a time; it must not block. What <paramref name="isLive"/> no longer wants is dropped, at the latest
    /// when it is due.
    /// </summary>
    public DueQueue(TimeProvider time, WorkQueue work, Func<T, bool> isLive, Action<IReadOnlyList<T>> handler, int batchMax = 1024)
    {
        _time = time;
        _work = work;
        _isLive = isLive;
        _handler = handler;
        _batchMax = batchMax;
        _timer = time.CreateTimer(static state => ((DueQueue<T>)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Count
    {
        get
        {
            lock (_waiting)
            {
                return _waiting.Count;
            }
        }
    }

    public void Add(T item, DateTimeOffset due)
    {
        lock (_waiting)
        {
            _waiting.Enqueue(item, (due.UtcTicks, _order++));
            Arm_NeedsLock();
        }
    }

    /// <summary>Something in the queue is no longer live. Once most of them are not, the queue is swept, so that things replaced over and over do not pile up.</summary>
    public void NoteDead()
    {
        lock (_waiting)
        {
            _dead++;
            if (_dead < 64 || _dead < _waiting.Count / 2)
            {
                return;
            }

            var live = _waiting.UnorderedItems.Where(entry => _isLive(entry.Element)).ToArray();
            _waiting.Clear();
            _waiting.EnqueueRange(live);
            _dead = 0;
        }
    }

    public void Dispose()
    {
        lock (_waiting)
        {
            _disposed = true;
            _waiting.Clear();
        }

        _timer.Dispose();
    }

    private void Fire()
    {
        if (Monitor.IsEntered(_waiting))
        {
            // A clock may call back while its timer is being set (the fake one does). The handler must not run inside the lock, so it runs elsewhere.
            _work.Start(static self => self.Fire(), this);
            return;
        }

        while (true)
        {
            List<T> due = [];
            lock (_waiting)
            {
                _armed = long.MaxValue;
                var now = _time.GetUtcNow().UtcTicks;
                while (due.Count < _batchMax && _waiting.TryPeek(out _, out var priority) && priority.Due <= now)
                {
                    var item = _waiting.Dequeue();
                    if (_isLive(item))
                    {
                        due.Add(item);
                    }
                    else
                    {
                        _dead = Math.Max(0, _dead - 1);
                    }
                }

                if (due.Count == 0)
                {
                    Arm_NeedsLock();
                    return;
                }
            }

            _handler(due);
        }
    }

    private void Arm_NeedsLock()
    {
        if (_disposed || !_waiting.TryPeek(out _, out var priority) || priority.Due >= _armed)
        {
            return;
        }

        _armed = priority.Due;
        DateTimeOffset now;
        do
        {
            // Timers count whole milliseconds; rounding up keeps them from being early.
            now = _time.GetUtcNow();
            var milliseconds = Math.Clamp(Math.Ceiling(TimeSpan.FromTicks(priority.Due - now.UtcTicks).TotalMilliseconds), 0, TimerMax.TotalMilliseconds);
            _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
        }
        while (_time.GetUtcNow() - now > ClockStepMax); // the clock was moved between looking at it and setting the timer by it
    }
}
