namespace DeviceFleet.Gateway.Fleet;

/// <summary>How much arrived over the last 10 seconds, and how late. Of bounded size. Not thread-safe.</summary>
internal sealed class RecentFlow
{
    private const int SpanMs = 10_000;
    private const int SlotMs = 100;
    private const int Slots = SpanMs / SlotMs;
    private const int LagsMax = 1_024;

    private readonly (long Slot, int Count)[] _counts = new (long, int)[Slots];
    private readonly (long At, long Lag)[] _lags = new (long, long)[LagsMax];
    private int _nextLag;

    public void Add(long now, long lagMs)
    {
        var slot = now / SlotMs;
        ref var count = ref _counts[slot % Slots];
        count = count.Slot == slot ? (slot, count.Count + 1) : (slot, 1);

        // Above some hundred a second the newest 1,024 stand for the 10 seconds.
        _lags[_nextLag] = (now, Math.Max(0, lagMs));
        _nextLag = (_nextLag + 1) % LagsMax;
    }

    public double PerSecond(long now)
    {
        var oldest = (now / SlotMs) - Slots;
        var sum = 0;
        foreach (var (slot, count) in _counts)
        {
            sum += slot > oldest ? count : 0;
        }

        return sum * 1000.0 / SpanMs;
    }

    public double? MedianLagMs(long now)
    {
        Span<long> lags = stackalloc long[LagsMax];
        var count = 0;
        foreach (var (at, lag) in _lags)
        {
            if (at > now - SpanMs && at > 0)
            {
                lags[count++] = lag;
            }
        }

        if (count == 0)
        {
            return null;
        }

        lags = lags[..count];
        lags.Sort();
        return count % 2 == 1 ? lags[count / 2] : (lags[(count / 2) - 1] + lags[count / 2]) / 2.0;
    }
}
