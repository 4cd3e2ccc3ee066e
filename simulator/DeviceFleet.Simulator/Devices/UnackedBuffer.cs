using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace DeviceFleet.Simulator.Devices;

/// <summary>
/// The samples of one device that nobody has promised to keep yet, in order of seq. A cursor parts those that went out on the present
/// connection from those that are still to go; <see cref="Rewind"/> moves it back, so that a new connection starts with the oldest.
/// Settled samples in the middle keep their place until all before them are settled. Not thread-safe.
/// </summary>
internal sealed class UnackedBuffer(int capacity)
{
    private BufferedSample?[] _ring = new BufferedSample?[Math.Min(4, capacity)];
    private int _head;
    private int _cursor; // offset from the head: all before it went out on this connection
    private long _headSeq;

    /// <summary>Places taken, settled ones in the middle included.</summary>
    public int Count { get; private set; }

    /// <summary>No place left: the device must not take another sample.</summary>
    public bool IsFull => Count == capacity;

    /// <summary>The oldest unsettled sample, if it went out on this connection; sends are in order, so none has waited longer.</summary>
    public BufferedSample? OldestInFlight => _cursor > 0 ? At(0) : null;

    /// <summary>Puts a sample at the end; its seq is one above the last.</summary>
    public void Add(BufferedSample sample)
    {
        Debug.Assert(!IsFull, "The caller asks IsFull first.");
        Debug.Assert(Count == 0 || sample.Seq == _headSeq + Count, "Seq has no gaps.");
        if (Count == _ring.Length)
        {
            Grow();
        }

        if (Count == 0)
        {
            _headSeq = sample.Seq;
        }

        _ring[Slot(Count)] = sample;
        Count++;
    }

    /// <summary>Moves the cursor over the next unsettled sample.</summary>
    public bool TryTakeNext([NotNullWhen(true)] out BufferedSample? sample)
    {
        while (_cursor < Count)
        {
            sample = At(_cursor++);
            if (!sample.Settled)
            {
                return true;
            }
        }

        sample = null;
        return false;
    }

    /// <summary>Settles a sample; false when it was settled before (a second acknowledgement over a second connection).</summary>
    public bool Settle(BufferedSample sample)
    {
        if (sample.Settled)
        {
            return false;
        }

        sample.Settled = true;
        while (Count > 0 && At(0).Settled)
        {
            _ring[_head] = null;
            _head = Slot(1);
            _headSeq++;
            Count--;
            _cursor = Math.Max(0, _cursor - 1);
        }

        return true;
    }

    /// <summary>The connection is a new one: all unsettled samples go out again, oldest first.</summary>
    public void Rewind() => _cursor = 0;

    /// <summary>Unsettled samples: those that went out at least once, and those that never did.</summary>
    public (int Sent, int Unsent) CountUnsettled()
    {
        var (sent, unsent) = (0, 0);
        for (var i = 0; i < Count; i++)
        {
            var sample = At(i);
            sent += !sample.Settled && sample.Sends > 0 ? 1 : 0;
            unsent += !sample.Settled && sample.Sends == 0 ? 1 : 0;
        }

        return (sent, unsent);
    }

    private BufferedSample At(int offset) => _ring[Slot(offset)]!;

    private int Slot(int offset) => (_head + offset) % _ring.Length;

    private void Grow()
    {
        var larger = new BufferedSample?[Math.Min(capacity, _ring.Length * 2)];
        for (var i = 0; i < Count; i++)
        {
            larger[i] = At(i);
        }

        (_ring, _head) = (larger, 0);
    }
}
