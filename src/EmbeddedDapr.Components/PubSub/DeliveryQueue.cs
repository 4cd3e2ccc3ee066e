using System.Threading.Channels;

namespace EmbeddedDapr.Components.PubSub;

/// <summary>
/// What is ready for a consumer's handlers, and what waits for another attempt. Who fills it keeps the number of unsettled messages within the capacity, so
/// nothing here ever waits for room, and a message that waits for its retry holds up none of the others.
/// </summary>
internal sealed class DeliveryQueue : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Channel<PendingDelivery> _ready;
    private readonly PriorityQueue<PendingDelivery, long> _waiting = new();
    private readonly RetryBackOff _backOff;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private bool _closed;

    public DeliveryQueue(int capacity, RetryBackOff backOff, TimeProvider time)
    {
        _backOff = backOff;
        _time = time;
        _ready = Channel.CreateBounded<PendingDelivery>(new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.Wait });
        _timer = time.CreateTimer(static queue => ((DeliveryQueue)queue!).OnDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ready ones; completes when the queue is closed.</summary>
    public ChannelReader<PendingDelivery> Ready => _ready.Reader;

    /// <summary>Messages that wait for another attempt.</summary>
    internal int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Makes a message ready.</summary>
    public void Offer(PendingDelivery delivery)
    {
        if (!_ready.Writer.TryWrite(delivery) && !_closed)
        {
            throw new InvalidOperationException("More unsettled messages than the queue's capacity");
        }
    }

    /// <summary>Makes it ready again, as its next attempt, after the back-off.</summary>
    public void RetryLater(PendingDelivery delivery)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            var due = _time.GetTimestamp() + ToTimestamps(_backOff.After(delivery.Attempt));
            delivery.Attempt++;
            _waiting.Enqueue(delivery, due);
            Arm_NeedsLock();
        }
    }

    /// <summary>Ends the queue; what is in it is forgotten.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            _waiting.Clear();
        }

        _ready.Writer.TryComplete();
        _timer.Dispose();
    }

    private void OnDue()
    {
        lock (_lock)
        {
            while (!_closed && _waiting.TryPeek(out var delivery, out var due) && due <= _time.GetTimestamp())
            {
                _waiting.Dequeue();
                Offer(delivery);
            }

            Arm_NeedsLock();
        }
    }

    private void Arm_NeedsLock()
    {
        if (_closed || !_waiting.TryPeek(out _, out var due))
        {
            return;
        }

        // A timer may come a little early; it is then armed for the rest, which must not be rounded down to nothing.
        var rest = TimeSpan.FromSeconds((due - _time.GetTimestamp()) / (double)_time.TimestampFrequency);
        _timer.Change(rest > TimeSpan.FromMilliseconds(1) ? rest : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    private long ToTimestamps(TimeSpan delay) => (long)(delay.TotalSeconds * _time.TimestampFrequency);
}
