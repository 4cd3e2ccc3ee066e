using System.Threading.Channels;

namespace DeviceFleet.Load.Mqtt;

/// <summary>One packet from the broker.</summary>
internal readonly record struct MqttPacket(PacketKind Kind, ushort Value, byte[] Payload);

/// <summary>A connection on which one thing is said after another, and what comes back is taken in its order. Messages that come are acknowledged.</summary>
internal sealed class MqttConversation : IAsyncDisposable
{
    private const int PacketsMax = 64;

    private readonly MqttSocket _socket;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<MqttPacket> _packets = Channel.CreateBounded<MqttPacket>(new BoundedChannelOptions(PacketsMax) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Task _reading;

    private MqttConversation(MqttSocket socket)
    {
        _socket = socket;
        _reading = ReadAsync();
    }

    /// <summary>Connects; null when the broker does not take it, with the reason beside it.</summary>
    public static async Task<(MqttConversation? Conversation, ConnectFault? Fault)> OpenAsync(
        string host, int port, string clientId, string userName, string? password, CancellationToken cancellationToken)
    {
        var (socket, fault) = await MqttSocket.ConnectAsync(host, port, clientId, userName, password, cancellationToken);
        return (socket is null ? null : new MqttConversation(socket), fault);
    }

    /// <summary>Says something.</summary>
    public void Say(Action<MqttWriter> write) => _socket.Append(write);

    /// <summary>The next packet.</summary>
    /// <exception cref="ChannelClosedException">The connection has ended.</exception>
    public ValueTask<MqttPacket> NextAsync(CancellationToken cancellationToken) => _packets.Reader.ReadAsync(cancellationToken);

    /// <summary>The next packet of a kind; others before it are left.</summary>
    /// <exception cref="ChannelClosedException">The connection has ended.</exception>
    public async Task<MqttPacket> NextAsync(PacketKind kind, CancellationToken cancellationToken)
    {
        while (true)
        {
            var packet = await NextAsync(cancellationToken);
            if (packet.Kind == kind)
            {
                return packet;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Disconnect();
        await _stop.CancelAsync();
        await _reading;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await _socket.ReadAsync(Take, static () => { }, _stop.Token);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or OperationCanceledException)
        {
            // Whoever waits for a packet is told so below.
        }

        _packets.Writer.TryComplete();
    }

    private void Take(PacketKind kind, ushort value, ReadOnlySpan<byte> payload)
    {
        if (kind == PacketKind.Publish && value != 0)
        {
            _socket.Append(writer => writer.PubAck(value));
        }

        _packets.Writer.TryWrite(new MqttPacket(kind, value, payload.ToArray()));
    }
}
