using System.Buffers;
using DeviceFleet.Broker.Access;
using DeviceFleet.Broker.Downward;
using DeviceFleet.Broker.Rejections;
using DeviceFleet.Broker.Upward;
using DeviceFleet.Contracts.Devices;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace DeviceFleet.Broker.Connections;

/// <summary>
/// What MQTTnet's server asks and tells, answered: who may connect, what a PUBLISH becomes, what a SUBSCRIBE gets. Each event is awaited by the loop of the one connection that it is
/// about, so a slow handler holds up its own device and no other.
/// </summary>
internal sealed class ServerEvents(
    BrokerOptions options,
    ConnectionRegistry registry,
    UpwardGate gate,
    DownwardSender sender,
    RejectionFeed rejections,
    BrokerMetrics metrics,
    CancellationToken abandon)
{
    private readonly Authenticator _authenticator = new(options);

    public void Attach(MqttServer server)
    {
        server.ValidatingConnectionAsync += OnConnecting;
        server.ClientConnectedAsync += OnConnected;
        server.ClientDisconnectedAsync += OnDisconnected;
        server.InterceptingPublishAsync += OnPublishAsync;
        server.InterceptingSubscriptionAsync += OnSubscribe;
        server.InterceptingUnsubscriptionAsync += OnUnsubscribe;
    }

    private Task OnConnecting(ValidatingConnectionEventArgs args)
    {
        var connection = ((MqttChannel)args.ChannelAdapter).Connection;
        args.SessionItems[BrokerConnection.ItemKey] = connection;
        var (principal, refusal) = _authenticator.Authenticate(args.UserName, args.RawPassword, args.ClientId);
        if (principal is not null && connection.Will is { } will)
        {
            refusal = principal.IsRuntime
                ? new Refusal(RejectionReasons.WrongTopic, "The runtime has no last will.")
                : gate.Check(principal, will.Topic, will.Payload.Length, out _, out _);
        }

        if (refusal is not null || principal is null)
        {
            args.ReasonCode = refusal!.Reason switch
            {
                RejectionReasons.BadCredentials => MqttConnectReasonCode.BadUserNameOrPassword,
                RejectionReasons.WrongClientId => MqttConnectReasonCode.ClientIdentifierNotValid,
                _ => MqttConnectReasonCode.NotAuthorized,
            };
            args.ReasonString = connection.SpeaksMqtt5 ? refusal.Detail : null;
            connection.Will = null;
            rejections.Tell(refusal, DeviceId.TryParse(args.UserName, out var claimed) ? claimed : null, null);
            return Task.CompletedTask;
        }

        connection.Principal = principal;
        connection.ClientId = args.ClientId;
        registry.Accepted(connection);
        if (principal.IsRuntime)
        {
            connection.Downward.OnTheWayMax = options.RuntimeQueueMax;
        }

        return Task.CompletedTask;
    }

    // Told after the CONNACK was sent and before the first packet after CONNECT is read.
    private Task OnConnected(ClientConnectedEventArgs args)
    {
        registry.Connected(Of(args.SessionItems));
        metrics.Connected();
        return Task.CompletedTask;
    }

    private Task OnDisconnected(ClientDisconnectedEventArgs args)
    {
        if (args.DisconnectType == MqttClientDisconnectType.Takeover)
        {
            var old = Of(args.SessionItems);
            registry.TakenOver(old);
            metrics.TakenOver();
            rejections.Tell(new Refusal(RejectionReasons.SessionTakenOver, "A newer connection of the same client; the older one was cut."), old.Principal?.Device, null);
        }

        return Task.CompletedTask;
    }

    private async Task OnPublishAsync(InterceptingPublishEventArgs args)
    {
        args.ProcessPublish = false; // never fanned out
        var connection = Of(args.SessionItems);
        var message = args.ApplicationMessage;
        var payload = Whole(message.Payload);
        if (gate.Check(connection.Principal!, message.Topic ?? string.Empty, payload.Length, out var device, out var kind) is { } refusal)
        {
            gate.Refuse(refusal, connection, message.Topic ?? string.Empty, payload.Span);
            Refuse(args, connection, refusal);
            return;
        }

        if (connection.Principal!.IsRuntime)
        {
            if (sender.Send(message.Topic!, payload, message.Retain) is not DownwardOutcome.Enqueued && connection.SpeaksMqtt5)
            {
                args.Response.ReasonCode = MqttPubAckReasonCode.NoMatchingSubscribers;
            }

            return;
        }

        var verdict = await gate.OfferAsync(new UpwardMessage(device, kind, message.Topic!, payload, message.Retain, IsWill: false), abandon);
        if (verdict == UpwardVerdict.Failed && message.QualityOfServiceLevel != MqttQualityOfServiceLevel.AtMostOnce)
        {
            // Neither version has an answer that makes a client send again on the same connection: any PUBACK ends its care for the message.
            args.CloseConnection = true;
        }
    }

    // A refused message must never look accepted. MQTT 5 has a PUBACK that says so; in 3.1.1 every PUBACK means success (section 4.4), so the connection is closed. QoS 0 has no answer at all.
    private static void Refuse(InterceptingPublishEventArgs args, BrokerConnection connection, Refusal refusal)
    {
        if (args.ApplicationMessage.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce)
        {
            return;
        }

        if (!connection.SpeaksMqtt5)
        {
            args.CloseConnection = true;
            return;
        }

        args.Response.ReasonCode = refusal.Reason == RejectionReasons.TooLarge ? MqttPubAckReasonCode.QuotaExceeded : MqttPubAckReasonCode.NotAuthorized;
        args.Response.ReasonString = refusal.Detail;
    }

    private Task OnSubscribe(InterceptingSubscriptionEventArgs args)
    {
        args.ProcessSubscription = false; // kept in the connection's DownwardQueue instead
        var connection = Of(args.SessionItems);
        var filter = args.TopicFilter.Topic;
        if (AccessRules.Subscribe(connection.Principal!, filter) is { } refusal)
        {
            args.Response.ReasonCode = MqttSubscribeReasonCode.NotAuthorized;
            rejections.Tell(refusal, connection.Principal!.Device, filter);
            return Task.CompletedTask;
        }

        var qualityOfService = (MqttQualityOfServiceLevel)Math.Min((int)args.TopicFilter.QualityOfServiceLevel, (int)MqttQualityOfServiceLevel.AtLeastOnce);
        if (!connection.Downward.Subscribe(filter, qualityOfService, args.Session))
        {
            args.Response.ReasonCode = MqttSubscribeReasonCode.QuotaExceeded;
            rejections.Tell(
                new Refusal(RejectionReasons.WrongSubscription, $"More than {options.SubscriptionsPerConnectionMax} filters."), connection.Principal!.Device, filter);
            return Task.CompletedTask;
        }

        args.Response.ReasonCode = (MqttSubscribeReasonCode)qualityOfService;
        if (args.TopicFilter.RetainHandling != MqttRetainHandling.DoNotSendOnSubscribe)
        {
            sender.SendRetained(connection, filter);
        }

        return Task.CompletedTask;
    }

    private static Task OnUnsubscribe(InterceptingUnsubscriptionEventArgs args)
    {
        Of(args.SessionItems).Downward.Unsubscribe(args.Topic);
        args.ProcessUnsubscription = false;
        args.Response.ReasonCode = MqttUnsubscribeReasonCode.Success;
        return Task.CompletedTask;
    }

    private static BrokerConnection Of(System.Collections.IDictionary sessionItems) => (BrokerConnection)sessionItems[BrokerConnection.ItemKey]!;

    // The decoder gives an array of its own for each message.
    private static ReadOnlyMemory<byte> Whole(in ReadOnlySequence<byte> payload) =>
        payload.IsSingleSegment ? payload.First : payload.ToArray();
}
