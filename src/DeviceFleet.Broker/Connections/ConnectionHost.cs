using System.Collections.Concurrent;
using System.IO.Pipelines;
using DeviceFleet.Broker.Access;
using DeviceFleet.Broker.Rejections;
using DeviceFleet.Broker.Upward;
using DeviceFleet.Contracts.Devices;
using Microsoft.AspNetCore.Connections;
using MQTTnet.Adapter;
using MQTTnet.AspNetCore;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace DeviceFleet.Broker.Connections;

/// <summary>Takes Kestrel's connections, bounds and watches them, and hands them to MQTTnet's server.</summary>
internal sealed class ConnectionHost(
    BrokerOptions options,
    ConnectionRegistry registry,
    UpwardGate gate,
    RejectionFeed rejections,
    BrokerMetrics metrics,
    TimeProvider time) : ConnectionHandler, IMqttServerAdapter
{
    private readonly ConcurrentDictionary<BrokerConnection, Task> _open = new();
    private readonly CancellationTokenSource _willsStop = new();
    private volatile bool _stopping;

    public Func<IMqttChannelAdapter, Task>? ClientHandler { get; set; }

    public Task StartAsync(MqttServerOptions serverOptions, IMqttNetLogger logger) => Task.CompletedTask;

    public Task StopAsync() => Task.CompletedTask;

    public void Dispose()
    {
        // MQTTnet disposes its adapters with the server, whose connections have ended by then.
    }

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        try
        {
            if (metrics.ConnectionOpened() > options.ConnectionsMax)
            {
                rejections.Tell(new Refusal(RejectionReasons.TooManyConnections, $"There are {options.ConnectionsMax} connections already."), null, null);
                connection.Abort();
                return;
            }

            await ServeAsync(connection);
        }
        finally
        {
            metrics.ConnectionClosed();
        }
    }

    /// <summary>
    /// Ends every connection: each may finish the message that is being handled, within the time given; what takes longer is aborted. No last wills: it is the broker that goes.
    /// </summary>
    public async Task EndAllAsync(TimeSpan patience, TimeProvider time)
    {
        _stopping = true;
        await _willsStop.CancelAsync();
        foreach (var (connection, _) in _open)
        {
            connection.Close();
        }

        var ended = Task.WhenAll(_open.Values);
        try
        {
            await ended.WaitAsync(patience, time);
        }
        catch (TimeoutException)
        {
            foreach (var (connection, _) in _open)
            {
                connection.Abort();
            }
        }
    }

    /// <summary>Ends a connection now: it is told why, may finish the message that is being handled within <see cref="BrokerOptions.CutTimeout"/>, and has its last will published.</summary>
    public async Task CutAsync(BrokerConnection connection, MqttDisconnectReasonCode reason)
    {
        await connection.DismissAsync(reason);
        try
        {
            await connection.Served.WaitAsync(options.CutTimeout, time);
        }
        catch (TimeoutException)
        {
            connection.Abort();
        }
    }

    private async Task ServeAsync(ConnectionContext transport)
    {
        var formatter = new MqttPacketFormatterAdapter(new MqttBufferWriter(WriteBuffer.BytesAtStart, WriteBuffer.BytesKept));
        BrokerConnection? connection = null;
        IMqttChannelAdapter? inner = null;
        var reader = new PacketLimitReader(transport.Transport.Input, options.PacketBytesMax, packet => RefuseTooLargeAsync(packet, connection!, inner!));
        transport.Transport = new Duplex(reader, new FlushingWriter(transport.Transport.Output));
        inner = new MqttConnectionContext(formatter, transport);
        connection = new BrokerConnection(options, reader.Close, transport.Abort);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _open[connection] = ended.Task;
        try
        {
            using var channel = new MqttChannel(inner, connection, options, (refusal, topic) => rejections.Tell(refusal, connection.Principal?.Device, topic));
            connection.Channel = channel;
            if (_stopping || ClientHandler is not { } serve)
            {
                return;
            }

            await serve(channel);
            connection.HasBeenServed();
            await EndAsync(connection);
        }
        finally
        {
            connection.HasBeenServed();
            registry.Ended(connection);
            _open.TryRemove(connection, out _);
            ended.SetResult();
        }
    }

    private async Task EndAsync(BrokerConnection connection)
    {
        registry.Ended(connection);
        if (connection.Idle is { } idle)
        {
            idle.Dispose();
            metrics.ClaimClosed();
        }

        if (!connection.SaidGoodbye && !connection.IsTakenOver && !_stopping)
        {
            await gate.PublishWillAsync(connection, _willsStop.Token);
        }
    }

    private async ValueTask RefuseTooLargeAsync(AnnouncedPacket packet, BrokerConnection connection, IMqttChannelAdapter inner)
    {
        // Before CONNECT is accepted nobody is known; the topic must not say whose it is then.
        rejections.Tell(
            new Refusal(RejectionReasons.TooLarge, $"A packet of {packet.Length} bytes was announced, at most {options.PacketBytesMax} are allowed."),
            connection.Principal?.Device,
            packet.Topic,
            packet.Length);
        if (connection is { Principal: not null, SpeaksMqtt5: true })
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await inner.SendPacketAsync(new MqttDisconnectPacket { ReasonCode = MqttDisconnectReasonCode.PacketTooLarge }, timeout.Token);
        }
    }

    private static class WriteBuffer
    {
        // For headers only, payloads are not copied into it: small, because there is one for each idle connection.
        public const int BytesAtStart = 128;
        public const int BytesKept = 1024;
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
