using System.Net.Sockets;
using DeviceFleet.Simulator.Provisioning;

namespace DeviceFleet.Load.Mqtt;

/// <summary>
/// A socket that speaks just enough MQTT 3.1.1. On a machine that the server shares, a client library's tasks and allocations for each
/// message would take from the server what is to be measured; here a read settles all acknowledgements it holds, and what they
/// free goes out in one write. Output may be appended from any thread; input is read by one loop.
/// </summary>
internal sealed class MqttSocket : IDisposable
{
    /// <summary>Longest packet that may arrive; a broker sends load nothing longer than the answer to a claim.</summary>
    public const int ReceiveBytesMax = 2048;

    private readonly Socket _socket;
    private readonly Lock _lock = new();
    private readonly byte[] _input = new byte[ReceiveBytesMax];
    private MqttWriter _filling = new();
    private MqttWriter _leaving = new();
    private bool _sending;
    private int _buffered;

    private MqttSocket(Socket socket) => _socket = socket;

    /// <summary>Called for each packet, on the reading loop.</summary>
    internal delegate void PacketHandler(PacketKind kind, ushort value, ReadOnlySpan<byte> payload);

    /// <summary>Connects as a device; null when the broker does not take it, with the reason beside it.</summary>
    public static Task<(MqttSocket? Socket, ConnectFault? Fault)> ConnectAsync(string host, int port, SimulatorIdentity identity, CancellationToken cancellationToken) =>
        ConnectAsync(host, port, identity.DeviceId.Value, identity.DeviceId.Value, identity.Secret, cancellationToken);

    /// <summary>Connects; null when the broker does not take it, with the reason beside it.</summary>
    public static async Task<(MqttSocket? Socket, ConnectFault? Fault)> ConnectAsync(
        string host, int port, string clientId, string userName, string? password, CancellationToken cancellationToken)
    {
        var tcp = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var socket = new MqttSocket(tcp);
        try
        {
            await tcp.ConnectAsync(host, port, cancellationToken);
            socket.Append(writer => writer.Connect(clientId, userName, password));
            var code = await socket.ReadConnAckAsync(cancellationToken);
            if (code == 0)
            {
                return (socket, null);
            }

            socket.Dispose();
            return (null, new ConnectFault(code, $"CONNECT refused with return code {code}"));
        }
        catch (Exception exception) when (exception is SocketException or IOException or InvalidDataException or OperationCanceledException)
        {
            socket.Dispose();
            return (null, new ConnectFault(null, exception.Message));
        }
    }

    /// <summary>Appends packets and sees to it that they go out, in the order of the calls.</summary>
    public void Append(Action<MqttWriter> write)
    {
        lock (_lock)
        {
            write(_filling);
            Flush_NeedsLock();
        }
    }

    /// <summary>Hands over packets until the broker closes or cancellation; <paramref name="afterRead"/> runs once a read, after its packets.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task ReadAsync(PacketHandler onPacket, Action afterRead, CancellationToken cancellationToken)
    {
        while (await FillAsync(cancellationToken))
        {
            HandOver(onPacket);
            afterRead();
        }
    }

    /// <summary>Says DISCONNECT; the close follows with <see cref="Dispose"/>.</summary>
    public void Disconnect() => Append(writer => writer.Disconnect());

    /// <summary>Ends the connection as a loss of power does: the broker hears nothing but a reset.</summary>
    public void Cut()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();

    private async Task<ushort> ReadConnAckAsync(CancellationToken cancellationToken)
    {
        ushort? code = null;
        while (code is null && await FillAsync(cancellationToken))
        {
            HandOver((kind, value, _) => code = kind == PacketKind.ConnAck ? value : code);
        }

        return code ?? throw new IOException("The broker closed the connection before it answered CONNECT.");
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_buffered == _input.Length)
        {
            throw new InvalidDataException($"A packet of more than {ReceiveBytesMax} bytes.");
        }

        try
        {
            var read = await _socket.ReceiveAsync(_input.AsMemory(_buffered), SocketFlags.None, cancellationToken);
            _buffered += read;
            return read > 0;
        }
        catch (SocketException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    private void HandOver(PacketHandler onPacket)
    {
        ReadOnlySpan<byte> rest = _input.AsSpan(0, _buffered);
        while (MqttReader.TryRead(ref rest, out var kind, out var value, out var payload))
        {
            onPacket(kind, value, payload);
        }

        rest.CopyTo(_input);
        _buffered = rest.Length;
    }

    private void Flush_NeedsLock()
    {
        if (!_sending && _filling.Length > 0)
        {
            _sending = true;
            Swap_NeedsLock();
            _ = SendAsync(); // ends when there is nothing left to send or the socket is gone; never throws
        }
    }

    private void Swap_NeedsLock()
    {
        (_filling, _leaving) = (_leaving, _filling);
        _filling.Clear();
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                var rest = _leaving.Written;
                while (rest.Length > 0)
                {
                    rest = rest[await _socket.SendAsync(rest, SocketFlags.None)..];
                }

                lock (_lock)
                {
                    if (_filling.Length == 0)
                    {
                        _sending = false;
                        return;
                    }

                    Swap_NeedsLock();
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The reading loop meets the same end and reports it. Nothing is sent any more: _sending stays set.
        }
    }
}

/// <summary>Why there is no connection.</summary>
/// <param name="Code">Return code of the CONNACK (MQTT 3.1.1, section 3.2.2.3); null: there was none.</param>
/// <param name="Text">For a person.</param>
internal sealed record ConnectFault(ushort? Code, string Text)
{
    private const ushort ServerUnavailable = 3;

    /// <summary>The broker is there, and says that it has no time now.</summary>
    public bool IsBusy => Code == ServerUnavailable;

    /// <summary>The text.</summary>
    public override string ToString() => Text;
}
