namespace DeviceFleet.Broker.Connections;

/// <summary>Calls once when nothing was heard for a while. Each word costs a time stamp and no timer. Thread safe.</summary>
internal sealed class IdleWatch : IDisposable
{
    private readonly TimeSpan _max;
    private readonly TimeProvider _time;
    private readonly Action _idle;
    private readonly ITimer _timer;
    private long _heardAt;

    public IdleWatch(TimeSpan max, TimeProvider time, Action idle)
    {
        _max = max;
        _time = time;
        _idle = idle;
        _heardAt = time.GetTimestamp();
        _timer = time.CreateTimer(static watch => ((IdleWatch)watch!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(max, Timeout.InfiniteTimeSpan);
    }

    public void Heard() => Interlocked.Exchange(ref _heardAt, _time.GetTimestamp());

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var silent = _time.GetElapsedTime(Interlocked.Read(ref _heardAt));
        if (silent < _max)
        {
            _timer.Change(_max - silent, Timeout.InfiniteTimeSpan);
            return;
        }

        _idle();
    }
}
