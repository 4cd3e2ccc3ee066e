using System.Collections.Concurrent;
using DeviceFleet.Load.Scenarios;

namespace DeviceFleet.Load.Provision;

/// <summary>What the devices of a burst came to. Thread-safe.</summary>
internal sealed class ProvisionCounts
{
    private int _claims, _pending, _busy, _repeatedConnects, _connected, _refused, _failed;

    /// <summary>From the moment at which a device was meant to begin until it had its identity.</summary>
    public LatencyRecorder UntilIssued { get; } = new();

    /// <summary>The same until it was connected with it.</summary>
    public LatencyRecorder UntilConnected { get; } = new();

    public ConcurrentQueue<string> Faults { get; } = new();

    public int Claims => Volatile.Read(ref _claims);

    public int Pending => Volatile.Read(ref _pending);

    public int Busy => Volatile.Read(ref _busy);

    public int RepeatedConnects => Volatile.Read(ref _repeatedConnects);

    public int Connected => Volatile.Read(ref _connected);

    public int Refused => Volatile.Read(ref _refused);

    public int Failed => Volatile.Read(ref _failed);

    public void NoteClaim() => Interlocked.Increment(ref _claims);

    public void NotePending() => Interlocked.Increment(ref _pending);

    /// <summary>A connection that was not made, and is tried again.</summary>
    public void NoteRepeatedConnect(bool busy)
    {
        Interlocked.Increment(ref _repeatedConnects);
        if (busy)
        {
            Interlocked.Increment(ref _busy);
        }
    }

    public void NoteConnected() => Interlocked.Increment(ref _connected);

    public void NoteRefused(string reason)
    {
        Interlocked.Increment(ref _refused);
        Faults.Enqueue(reason);
    }

    public void NoteFailed(string reason)
    {
        Interlocked.Increment(ref _failed);
        Faults.Enqueue(reason);
    }
}
