namespace DeviceFleet.Simulator.Devices;

/// <summary>
/// Lets connection attempts begin one after another, at most so many a second and so many at once: a fleet that starts, or whose
/// broker comes back, must not arrive as one wave. Thread-safe.
/// </summary>
internal sealed class ConnectGate(int perSecond, int atOnceMax, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _underWay = new(atOnceMax, atOnceMax);
    private readonly long _spacing = Math.Max(1, time.TimestampFrequency / perSecond);
    private readonly Lock _lock = new();
    private long _nextStart = time.GetTimestamp();

    /// <summary>Waits for a turn; dispose the answer when the attempt is over.</summary>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        var wait = WaitForTurn();
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, cancellationToken);
        }

        await _underWay.WaitAsync(cancellationToken);
        return new Turn(_underWay);
    }

    public void Dispose() => _underWay.Dispose();

    private TimeSpan WaitForTurn()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var start = Math.Max(now, _nextStart);
            _nextStart = start + _spacing;
            return time.GetElapsedTime(now, start);
        }
    }

    private sealed class Turn(SemaphoreSlim underWay) : IDisposable
    {
        public void Dispose() => underWay.Release();
    }
}
