using HdrHistogram;

namespace DeviceFleet.Load.Ingest;

/// <summary>
/// What is measured, between the end of the warm-up and the end of the run. Throughput counts the acknowledgements that came within;
/// latencies are of the messages that were meant to be sent within, whenever their acknowledgement came, or never. Thread-safe.
/// </summary>
internal sealed class LoadWindow(TimeProvider time)
{
    private const int Stripes = 8;

    private static readonly long LatencyUsMax = (long)TimeSpan.FromMinutes(10).TotalMicroseconds;

    private readonly (Lock Lock, LongHistogram Histogram)[] _stripes =
        [.. Enumerable.Range(0, Stripes).Select(_ => (new Lock(), new LongHistogram(LatencyUsMax, 3)))];

    private long _start = long.MaxValue;
    private long _end = long.MaxValue;
    private long _acknowledged, _unanswered, _notSent;

    /// <summary>Acknowledgements within the window.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>Messages of the window without an acknowledgement.</summary>
    public long Unanswered => Interlocked.Read(ref _unanswered);

    /// <summary>Messages of the window that could not even be sent: the device had its most in flight and its most waiting.</summary>
    public long NotSent => Interlocked.Read(ref _notSent);

    public TimeSpan Length => time.GetElapsedTime(Volatile.Read(ref _start), Volatile.Read(ref _end));

    public void Open() => Volatile.Write(ref _start, time.GetTimestamp());

    public void Close() => Volatile.Write(ref _end, time.GetTimestamp());

    /// <summary>An acknowledgement came now for a message meant for <paramref name="intended"/>; the stripe is the device's, to keep threads apart.</summary>
    public void NoteAcknowledged(int stripe, long intended, long now)
    {
        if (IsWithin(now))
        {
            Interlocked.Increment(ref _acknowledged);
        }

        if (IsWithin(intended))
        {
            var us = Math.Clamp((long)time.GetElapsedTime(intended, now).TotalMicroseconds, 1, LatencyUsMax);
            var (gate, histogram) = _stripes[stripe % Stripes];
            lock (gate)
            {
                histogram.RecordValue(us);
            }
        }
    }

    public void NoteUnanswered(long intended) => Interlocked.Add(ref _unanswered, IsWithin(intended) ? 1 : 0);

    public void NoteNotSent(long intended) => Interlocked.Add(ref _notSent, IsWithin(intended) ? 1 : 0);

    public LongHistogram Latencies()
    {
        var sum = new LongHistogram(LatencyUsMax, 3);
        foreach (var (gate, histogram) in _stripes)
        {
            lock (gate)
            {
                sum.Add(histogram);
            }
        }

        return sum;
    }

    private bool IsWithin(long timestamp) => timestamp >= Volatile.Read(ref _start) && timestamp < Volatile.Read(ref _end);
}
