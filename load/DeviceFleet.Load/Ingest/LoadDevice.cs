using System.Text;
using System.Text.Unicode;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Load.Mqtt;

namespace DeviceFleet.Load.Ingest;

/// <summary>
/// One device under load. A packet id is a place in the window: it is free or stands for one unacknowledged message. In the closed loop
/// an acknowledgement makes the next message; in the open loop messages come from outside, each with the time it was meant for, and wait
/// here when the window is full, so that a slow server lengthens their latencies rather than thinning out the load.
/// </summary>
internal sealed class LoadDevice(int index, DeviceId id, long boot, int window, MqttSocket socket, LoadWindow measured, TimeProvider time) : IDisposable
{
    /// <summary>Most messages of one device that wait for a place in its window (open loop); more are not sent, and counted.</summary>
    public const int WaitingMax = 1000;

    private const long Free = long.MinValue;

    private readonly byte[] _topic = Encoding.UTF8.GetBytes(MqttTopics.Telemetry(id));
    private readonly long[] _intended = [.. Enumerable.Repeat(Free, window)];
    private readonly Stack<int> _places = new(Enumerable.Range(0, window).Reverse());
    private readonly Queue<long> _waiting = new();
    private readonly Lock _lock = new();
    private Action<MqttWriter>? _write;
    private long _seq;
    private bool _closedLoop;
    private TaskCompletionSource? _settled;

    /// <summary>Why the connection ended while it was still wanted; null: it did not.</summary>
    public string? Fault { get; private set; }

    /// <summary>Fills the window and keeps it full.</summary>
    public void StartClosedLoop()
    {
        lock (_lock)
        {
            _closedLoop = true;
            SendNext_NeedsLock();
        }
    }

    /// <summary>No new message from now on.</summary>
    public void StopClosedLoop()
    {
        lock (_lock)
        {
            _closedLoop = false;
        }
    }

    /// <summary>Takes one message of the open loop.</summary>
    public void Offer(long intended)
    {
        lock (_lock)
        {
            if (_waiting.Count == WaitingMax)
            {
                measured.NoteNotSent(intended);
                return;
            }

            _waiting.Enqueue(intended);
            SendNext_NeedsLock();
        }
    }

    /// <summary>Completes when nothing is unacknowledged or waiting, or nothing can be answered any more.</summary>
    public Task SettledAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _settled = settled;
            CompleteIfSettled_NeedsLock();
            return settled.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Reads acknowledgements until cancelled or the connection ends, which is a fault.</summary>
    public async Task ReadAsync(CancellationToken stop)
    {
        try
        {
            await socket.ReadAsync(OnPacket, SendNext, stop);
            Fail("the broker closed the connection");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            Fail(exception.Message);
        }
    }

    /// <summary>The run is over: what is unacknowledged or waiting stays so.</summary>
    public void CountUnanswered()
    {
        lock (_lock)
        {
            foreach (var intended in _intended.Where(intended => intended != Free).Concat(_waiting))
            {
                measured.NoteUnanswered(intended);
            }
        }
    }

    public void Dispose()
    {
        socket.Disconnect();
        socket.Dispose();
    }

    private void Fail(string reason)
    {
        lock (_lock)
        {
            Fault = reason;
            CompleteIfSettled_NeedsLock();
        }
    }

    private void OnPacket(PacketKind kind, ushort packetId, ReadOnlySpan<byte> payload)
    {
        if (kind != PacketKind.PubAck)
        {
            return;
        }

        var now = time.GetTimestamp();
        long intended;
        lock (_lock)
        {
            var place = packetId - 1;
            if ((uint)place >= (uint)window || _intended[place] == Free)
            {
                throw new InvalidDataException($"PUBACK for packet id {packetId}, which is not in use.");
            }

            intended = _intended[place];
            _intended[place] = Free;
            _places.Push(place);
        }

        measured.NoteAcknowledged(index, intended, now);
    }

    private void SendNext()
    {
        lock (_lock)
        {
            SendNext_NeedsLock();
            CompleteIfSettled_NeedsLock();
        }
    }

    private void SendNext_NeedsLock()
    {
        if (_places.Count > 0 && (_closedLoop || _waiting.Count > 0))
        {
            socket.Append(_write ??= Write_NeedsLock); // one delegate, not one a message
        }
    }

    private void Write_NeedsLock(MqttWriter writer)
    {
        Span<byte> payload = stackalloc byte[256];
        while (_places.Count > 0 && (_closedLoop || _waiting.Count > 0))
        {
            var place = _places.Pop();
            _intended[place] = _waiting.TryDequeue(out var intended) ? intended : time.GetTimestamp();
            writer.Publish(_topic, (ushort)(place + 1), payload[..WritePayload(payload, _seq++)]);
        }
    }

    /// <summary>A sample of six metrics, about 130 bytes: what the simulator's devices send, without the cost of their signals.</summary>
    private int WritePayload(Span<byte> payload, long seq)
    {
        var ts = time.GetUtcNow().ToUnixTimeMilliseconds();
        var wave = (seq + index) % 100;
        var fits = Utf8.TryWrite(
            payload,
            $"{{\"boot\":{boot},\"seq\":{seq},\"ts\":{ts},\"metrics\":{{\"temp\":{20 + wave}.5,\"pressure\":3.{wave},\"rpm\":{1400 + wave},\"flow\":42.{wave},\"power\":4.{wave},\"vibration\":1.{wave}}}}}",
            out var length);
        return fits ? length : throw new InvalidOperationException("The payload's buffer is too small.");
    }

    private void CompleteIfSettled_NeedsLock()
    {
        if (Fault is not null || (_places.Count == window && _waiting.Count == 0))
        {
            _settled?.TrySetResult();
        }
    }
}
