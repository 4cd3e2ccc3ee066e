using System.Collections.Concurrent;
using DeviceFleet.Load.Scenarios;

namespace DeviceFleet.Load.Reconnect;

/// <summary>What the devices of a storm came to. Thread-safe.</summary>
internal sealed class ReconnectCounts
{
    private int _connected, _busy, _repeated, _failed;

    /// <summary>From the attempt that was taken to its CONNACK.</summary>
    public LatencyRecorder ConnAck { get; } = new();

    /// <summary>From the moment at which a device was meant to come back until it was connected, all attempts together.</summary>
    public LatencyRecorder UntilConnected { get; } = new();

    public ConcurrentQueue<string> Faults { get; } = new();

    public int Connected => Volatile.Read(ref _connected);

    public int Busy => Volatile.Read(ref _busy);

    public int Repeated => Volatile.Read(ref _repeated);

    public int Failed => Volatile.Read(ref _failed);

    public void NoteConnected() => Interlocked.Increment(ref _connected);

    /// <summary>An attempt that was not taken.</summary>
    public void NoteRepeated(bool busy)
    {
        Interlocked.Increment(ref _repeated);
        if (busy)
        {
            Interlocked.Increment(ref _busy);
        }
    }

    public void NoteFailed(string reason)
    {
        Interlocked.Increment(ref _failed);
        Faults.Enqueue(reason);
    }
}
