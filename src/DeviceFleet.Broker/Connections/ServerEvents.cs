using System.Buffers;
using DeviceFleet.Broker.Access;
using DeviceFleet.Broker.Downward;
using DeviceFleet.Broker.Rejections;
using DeviceFleet.Broker.Upward;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace DeviceFleet.Broker.Connections;

/// <summary>
/// What MQTTnet's server asks and tells, answered: who may connect, what a PUBLISH becomes, what a SUBSCRIBE gets. Each event is awaited by the loop of the one connection that it is
/// about, so a slow handler holds up its own device and no other.
/// </summary>
internal sealed class ServerEvents(
    BrokerOptions options,
    Authenticator authenticator,
    ConnectionRegistry registry,
    ConnectionHost host,
    UpwardGate gate,
    DownwardSender sender,
    RejectionFeed rejections,
    BrokerMetrics metrics,
    TimeProvider time,
    CancellationToken abandon)
{
    public void Attach(MqttServer server)
    {
        server.ValidatingConnectionAsync += OnConnectingAsync;
        server.ClientConnectedAsync += OnConnectedAsync;
        server.ClientDisconnectedAsync += OnDisconnected;
        server.InterceptingPublishAsync += OnPublishAsync;
        server.InterceptingSubscriptionAsync += OnSubscribe;
        server.InterceptingUnsubscriptionAsync += OnUnsubscribe;
    }

    private async Task OnConnectingAsync(ValidatingConnectionEventArgs args)
    {
        var connection = ((MqttChannel)args.ChannelAdapter).Connection;
        args.SessionItems[BrokerConnection.ItemKey] = connection;
        registry.Asking(connection, args.ClientId ?? string.Empty);
        var (principal, refusal) = await authenticator.AuthenticateAsync(args.UserName, args.RawPassword, args.ClientId, abandon);
        if (principal is null && refusal is null)
        {
            metrics.Busy();
            TurnAway(args, connection, MqttConnectReasonCode.ServerBusy, "Busy; come again.");
            return;
        }

        refusal ??= CheckWill(principal!, connection.Will);
        if (refusal is null)
        {
            connection.Principal = principal;
            refusal = registry.Admit(connection) switch
            {
                Admission.Admitted => null,
                Admission.Cut => new Refusal(RejectionReasons.NotActive, "What it may changed while it connected."),
                Admission.ClaimInUse => new Refusal(RejectionReasons.ClaimInUse, $"Claim {principal!.Id} is connected already."),
                Admission.TooManyClaims => new Refusal(RejectionReasons.TooManyConnections, $"There are {options.ClaimConnectionsMax} claims already."),
            };
        }

        if (refusal is not null)
        {
            TurnAway(args, connection, CodeOf(refusal), refusal.Detail);
            rejections.Tell(refusal, args.UserName != MqttAccounts.Provision && DeviceId.TryParse(args.UserName, out var said) ? said : null, null);
            return;
        }

        if (principal!.IsRuntime)
        {
            connection.Downward.OnTheWayMax = options.RuntimeQueueMax;
        }

        if (principal.IsClaim)
        {
            metrics.ClaimOpened();
            connection.Idle = new IdleWatch(options.ClaimIdleMax, time, () => _ = host.CutAsync(connection, MqttDisconnectReasonCode.MaximumConnectTime));
        }
    }

    private Refusal? CheckWill(Principal principal, LastWill? will)
    {
        if (will is null)
        {
            return null;
        }

        return principal.Device is null
            ? new Refusal(RejectionReasons.WrongTopic, "Only a device has a last will.")
            : gate.Check(principal, will.Topic, will.Payload.Length, out _, out _);
    }

    private static void TurnAway(ValidatingConnectionEventArgs args, BrokerConnection connection, MqttConnectReasonCode code, string why)
    {
        args.ReasonCode = code;
        args.ReasonString = connection.SpeaksMqtt5 ? why : null;
        connection.Will = null;
    }

    // MQTT 3.1.1 knows five codes; those below have one each.
    private static MqttConnectReasonCode CodeOf(Refusal refusal) => refusal.Reason switch
    {
        RejectionReasons.BadCredentials => MqttConnectReasonCode.BadUserNameOrPassword,
        RejectionReasons.WrongClientId or RejectionReasons.ClaimInUse => MqttConnectReasonCode.ClientIdentifierNotValid,
        RejectionReasons.TooManyConnections => MqttConnectReasonCode.ServerBusy,
        _ => MqttConnectReasonCode.NotAuthorized,
    };

    // Told after the CONNACK was sent and before the first packet after CONNECT is read.
    private async Task OnConnectedAsync(ClientConnectedEventArgs args)
    {
        var connection = Of(args.SessionItems);
        if (registry.Connected(connection))
        {
            metrics.Connected();
            return;
        }

        await connection.DismissAsync(MqttDisconnectReasonCode.NotAuthorized);
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
        connection.Idle?.Heard();
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
