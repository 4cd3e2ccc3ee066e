using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace DeviceFleet.Simulator.Devices;

/// <summary>How an attempt to connect ended.</summary>
internal abstract record ConnectOutcome
{
    private ConnectOutcome()
    {
    }

    /// <summary>The broker took the device.</summary>
    internal sealed record Connected(DeviceConnection Connection) : ConnectOutcome;

    /// <summary>The broker said no to who or what the device is: trying the same again cannot help. Of its identity another one may.</summary>
    internal sealed record Refused(string Reason, bool IsOfIdentity) : ConnectOutcome;

    /// <summary>Not now: nobody there, too slow, busy.</summary>
    internal sealed record Unavailable(string Reason) : ConnectOutcome;
}

/// <summary>One connection of one device, from CONNACK to its end; a reconnect makes a new one.</summary>
internal sealed class DeviceConnection : IDisposable
{
    private readonly IMqttClient _client;
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private DeviceConnection(IMqttClient client, Action<MqttApplicationMessage> received)
    {
        _client = client;
        client.ApplicationMessageReceivedAsync += args =>
        {
            received(args.ApplicationMessage); // when it returns, the message is acknowledged
            return Task.CompletedTask;
        };
        client.DisconnectedAsync += args =>
        {
            MarkLost(Describe(args));
            return Task.CompletedTask;
        };
    }

    /// <summary>Samples on the wire; guarded by the device's lock.</summary>
    public int InFlight { get; set; }

    /// <summary>Whether any sample was acknowledged here; guarded by the device's lock.</summary>
    public bool ProvedItself { get; set; }

    /// <summary>Connects; answers every failure but cancellation as a value. Messages go to <paramref name="received"/> from the first one on.</summary>
    public static async Task<ConnectOutcome> OpenAsync(
        MqttClientFactory factory,
        MqttClientOptions options,
        Action<MqttApplicationMessage> received,
        TimeSpan timeout,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var client = factory.CreateMqttClient();
        var connection = new DeviceConnection(client, received);
        using var late = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            var answer = await client.ConnectAsync(options, either.Token);
            if (answer.ResultCode == MqttClientConnectResultCode.Success)
            {
                return new ConnectOutcome.Connected(connection);
            }

            connection.Dispose();
            var reason = answer.ReasonString is { Length: > 0 } text ? $"{answer.ResultCode} ({text})" : $"{answer.ResultCode}";
            return IsFinal(answer.ResultCode) ? new ConnectOutcome.Refused(reason, IsOfIdentity(answer.ResultCode)) : new ConnectOutcome.Unavailable(reason);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            connection.Dispose();
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception exception)
        {
            // The client wraps what the socket says in several types; to a device they all mean: not connected, try again.
            connection.Dispose();
            return new ConnectOutcome.Unavailable(late.IsCancellationRequested ? "no answer to CONNECT in time" : exception.GetBaseException().Message);
        }
    }

    /// <summary>Waits for the end of the connection, and tells why.</summary>
    public Task<string> LostAsync(CancellationToken cancellationToken) => _lost.Task.WaitAsync(cancellationToken);

    /// <summary>Publishes at QoS 1 and waits for the PUBACK; messages leave in the order of the calls.</summary>
    public Task<MqttClientPublishResult> PublishAsync(string topic, byte[] payload, bool retain, byte[]? correlation = null)
    {
        var message = new MqttApplicationMessage
        {
            Topic = topic,
            PayloadSegment = payload,
            QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
            Retain = retain,
            CorrelationData = correlation,
        };
        return _client.PublishAsync(message, CancellationToken.None); // ends with the connection at the latest
    }

    /// <summary>Publishes what is not retained; false when the connection ended before the PUBACK, and is no longer trusted.</summary>
    public async Task<bool> TryPublishAsync(string topic, byte[] payload, byte[]? correlation)
    {
        try
        {
            await PublishAsync(topic, payload, retain: false, correlation);
            return true;
        }
        catch (Exception exception)
        {
            MarkLost(exception.GetBaseException().Message);
            return false;
        }
    }

    /// <summary>Subscribes at QoS 1; null: done, else what went wrong.</summary>
    public async Task<string?> TrySubscribeAsync(IReadOnlyList<string> filters)
    {
        var options = new MqttClientSubscribeOptions
        {
            TopicFilters = [.. filters.Select(filter => new MqttTopicFilter { Topic = filter, QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce })],
        };
        try
        {
            var answer = await _client.SubscribeAsync(options, CancellationToken.None); // ends with the connection at the latest
            var refused = answer.Items.Where(item => (int)item.ResultCode >= 0x80).Select(item => item.TopicFilter.Topic).ToList();
            return refused.Count == 0 ? null : $"subscription refused: {string.Join(", ", refused)}";
        }
        catch (Exception exception)
        {
            MarkLost(exception.GetBaseException().Message);
            return null; // the end of the connection is told on its own
        }
    }

    /// <summary>Ends the connection in order: no last will.</summary>
    public Task DisconnectAsync(CancellationToken cancellationToken) =>
        _client.DisconnectAsync(new MqttClientDisconnectOptions(), cancellationToken);

    /// <summary>The same, when it does not matter whether the broker hears of it.</summary>
    public async Task TryDisconnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            await DisconnectAsync(cancellationToken);
        }
        catch (Exception exception)
        {
            MarkLost(exception.GetBaseException().Message);
        }
    }

    /// <summary>The connection is of no more use, whatever the socket thinks. The first reason stands.</summary>
    public void MarkLost(string reason) => _lost.TrySetResult(reason);

    public void Dispose()
    {
        MarkLost("closed");
        _client.Dispose();
    }

    private static string Describe(MqttClientDisconnectedEventArgs args) => args switch
    {
        { Exception: { } exception } => exception.GetBaseException().Message,
        { Reason: MqttClientDisconnectReason.NormalDisconnection } => "broker closed the connection", // also when it gave no reason
        _ => $"broker closed the connection ({args.Reason})",
    };

    private static bool IsOfIdentity(MqttClientConnectResultCode code) => code is MqttClientConnectResultCode.BadUserNameOrPassword
        or MqttClientConnectResultCode.NotAuthorized or MqttClientConnectResultCode.Banned;

    private static bool IsFinal(MqttClientConnectResultCode code) => IsOfIdentity(code) || code is MqttClientConnectResultCode.ClientIdentifierNotValid
        or MqttClientConnectResultCode.UnsupportedProtocolVersion or MqttClientConnectResultCode.BadAuthenticationMethod;
}
