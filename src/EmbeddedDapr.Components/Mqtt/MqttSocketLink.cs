using System.Buffers;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Protocol;

namespace EmbeddedDapr.Components.Mqtt;

/// <summary>
/// One MQTT client that is kept connected. (1) A lost connection is opened again with back-off, and the subscription made again. (2) Each message gets a slot and a
/// task of its own; without a free slot reading waits. (3) It is acknowledged only if its handler said so, and only on the connection that it came over: on another one its
/// packet id may stand for another message.
/// </summary>
internal sealed partial class MqttSocketLink : IMqttLink
{
    private static readonly TimeSpan SlotPoll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(1);

    private readonly MqttClientOptions _clientOptions;
    private readonly MqttBindingOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly SemaphoreSlim _slots;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly Channel<bool> _lost = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TaskCompletionSource<MqttMessageHandler> _handler = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Random _jitter = new();
    private string? _filter;
    private Task _keeper = Task.CompletedTask;
    private int _connection; // rises with each connection that is lost
    private int _disposed;

    public MqttSocketLink(MqttClientOptions clientOptions, MqttBindingOptions options, TimeProvider time, ILogger logger)
    {
        _clientOptions = clientOptions;
        _options = options;
        _time = time;
        _logger = logger;
        _slots = new SemaphoreSlim(options.InFlightMax, options.InFlightMax);
        _client.ApplicationMessageReceivedAsync += OnMessageAsync;
        _client.DisconnectedAsync += OnDisconnectedAsync;
    }

    /// <exception cref="ComponentException">No connection within the time.</exception>
    public async Task ConnectFirstAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(timeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        string? why = null;
        try
        {
            while ((why = await TryConnectAsync(linked.Token)) is not null)
            {
                await Task.Delay(_options.ReconnectDelay, _time, linked.Token);
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            Log.FirstConnectFailed(_logger, Address, why);
            throw new ComponentException("failed to connect: mqtt client timed out connecting"); // daprd's words (recorded: binding-out-broker-down)
        }

        _keeper = KeepAsync(_stop.Token);
    }

    public async ValueTask SubscribeAsync(string filter, MqttMessageHandler handler, CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _filter, filter, null) is not null)
        {
            throw new InvalidOperationException("A link has one subscription.");
        }

        _handler.SetResult(handler);
        try
        {
            if (await TrySubscribeAsync(filter, cancellationToken) is { } refused)
            {
                throw new ComponentException($"failed to subscribe to {filter}: {refused}");
            }
        }
        catch (Exception e) when (e is not ComponentException and not OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new ComponentException($"failed to subscribe to {filter}: {e.Message}", e);
        }
    }

    public async ValueTask PublishAsync(string topic, ReadOnlyMemory<byte> payload, bool retain, CancellationToken cancellationToken)
    {
        var message = new MqttApplicationMessage
        {
            Topic = topic,
            Payload = new ReadOnlySequence<byte>(payload),
            QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
            Retain = retain,
        };
        try
        {
            await _client.PublishAsync(message, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new ComponentException($"failed to publish: {e.Message}", e);
        }
    }

    /// <summary>Takes no new messages, lets those at their handlers finish and be acknowledged, says good-bye.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _stop.CancelAsync();
        await _keeper.WaitAsync(CancellationToken.None);
        using (_time.CreateTimer(static abort => ((CancellationTokenSource)abort!).Cancel(), _abort, DrainTimeout, Timeout.InfiniteTimeSpan))
        {
            for (var i = 0; i < _options.InFlightMax; i++)
            {
                await _slots.WaitAsync();
            }
        }

        try
        {
            using var timeout = new CancellationTokenSource(GoodbyeTimeout, _time);
            await _client.DisconnectAsync(new MqttClientDisconnectOptions(), timeout.Token);
        }
        catch (Exception e)
        {
            Log.GoodbyeFailed(_logger, e, Address); // gone already, or not answering; there is nothing to do for it
        }

        _client.Dispose();
        _slots.Dispose();
        _stop.Dispose();
        _abort.Dispose();
    }

    private string Address => _clientOptions.ClientId;

    private Task OnDisconnectedAsync(MqttClientDisconnectedEventArgs args)
    {
        if (args.ClientWasConnected)
        {
            Interlocked.Increment(ref _connection);
            _lost.Writer.TryWrite(true);
        }

        return Task.CompletedTask;
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _lost.Reader.WaitToReadAsync(cancellationToken))
            {
                _lost.Reader.TryRead(out _);
                Log.Lost(_logger, Address);
                await ReconnectAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // disposed
        }
    }

    private async Task ReconnectAsync(CancellationToken cancellationToken)
    {
        var delay = _options.ReconnectDelay;
        while (true)
        {
            await Task.Delay(delay * (0.5 + _jitter.NextDouble()), _time, cancellationToken);
            if (await TryConnectAsync(cancellationToken) is not { } why)
            {
                break;
            }

            Log.ReconnectFailed(_logger, Address, why);
            delay = delay * 2 < _options.ReconnectDelayMax ? delay * 2 : _options.ReconnectDelayMax;
        }

        Log.Reconnected(_logger, Address);
        if (_filter is { } filter)
        {
            await ResubscribeAsync(filter, cancellationToken);
        }
    }

    private async Task ResubscribeAsync(string filter, CancellationToken cancellationToken)
    {
        try
        {
            if (await TrySubscribeAsync(filter, cancellationToken) is { } refused)
            {
                Log.ResubscribeRefused(_logger, Address, filter, refused);
            }
        }
        catch (Exception e)
        {
            cancellationToken.ThrowIfCancellationRequested(); // the client calls a cancelled wait a timeout
            Log.ResubscribeFailed(_logger, e, Address, filter); // the connection went again; the next one subscribes again
        }
    }

    /// <summary>Null: connected; else why not.</summary>
    private async Task<string?> TryConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            var result = await _client.ConnectAsync(_clientOptions, cancellationToken);
            return result.ResultCode == MqttClientConnectResultCode.Success ? null : result.ResultCode.ToString();
        }
        catch (Exception e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return e.Message;
        }
    }

    /// <summary>Null: subscribed; else what the broker answered.</summary>
    private async Task<string?> TrySubscribeAsync(string filter, CancellationToken cancellationToken)
    {
        var result = await _client.SubscribeAsync(
            new MqttClientSubscribeOptionsBuilder().WithTopicFilter(filter, MqttQualityOfServiceLevel.AtLeastOnce).Build(), cancellationToken);
        var code = result.Items.Single().ResultCode;
        return code <= MqttClientSubscribeResultCode.GrantedQoS2 ? null : code.ToString();
    }

    // Called by the client's one reader of messages, which a message without a slot holds up. The client also waits for this reader before it says that a connection was lost, so the wait
    // ends with the connection; the message comes again, as it was not acknowledged.
    private async Task OnMessageAsync(MqttApplicationMessageReceivedEventArgs args)
    {
        args.AutoAcknowledge = false;
        var connection = Volatile.Read(ref _connection);
        var handler = await _handler.Task.WaitAsync(_stop.Token);
        while (!_stop.IsCancellationRequested)
        {
            if (await _slots.WaitAsync(0))
            {
                _ = HandleAsync(handler, args, connection);
                return;
            }

            using var poll = new CancellationTokenSource(SlotPoll, _time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(poll.Token, _stop.Token);
            try
            {
                await _slots.WaitAsync(linked.Token);
                _ = HandleAsync(handler, args, connection);
                return;
            }
            catch (OperationCanceledException) when (!_stop.IsCancellationRequested && _client.IsConnected)
            {
                // still no slot
            }
        }
    }

    private async Task HandleAsync(MqttMessageHandler handler, MqttApplicationMessageReceivedEventArgs args, int connection)
    {
        await Task.Yield(); // the reader goes on
        try
        {
            var payload = args.ApplicationMessage.Payload;
            var taken = await handler(args.ApplicationMessage.Topic, payload.IsSingleSegment ? payload.First : payload.ToArray(), _abort.Token);
            if (taken && connection == Volatile.Read(ref _connection))
            {
                await args.AcknowledgeAsync(_abort.Token);
            }
        }
        catch (Exception e)
        {
            Log.NotAcknowledged(_logger, e, args.ApplicationMessage.Topic); // it comes again after a reconnect
        }
        finally
        {
            _slots.Release();
        }
    }
}
