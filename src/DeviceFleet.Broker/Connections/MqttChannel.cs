using System.Net;
using System.Security.Cryptography.X509Certificates;
using DeviceFleet.Broker.Access;
using DeviceFleet.Broker.Upward;
using DeviceFleet.Contracts.Devices;
using MQTTnet.Adapter;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace DeviceFleet.Broker.Connections;

/// <summary>
/// Stands between MQTTnet's server and its transport, sees every packet of one connection and bends the few in which this broker differs: it keeps no session
/// beyond a connection, publishes last wills itself, and tells its limits.
/// </summary>
internal sealed class MqttChannel(IMqttChannelAdapter inner, BrokerConnection connection, BrokerOptions options, Action<Refusal, string> refused)
    : IMqttChannelAdapter
{
    // An alias table is kept by MQTTnet for each connection; 16 topics are more than a device has.
    private const ushort TopicAliasMax = 16;

    // A client that does not read must not hold up the connect of others, which waits for the DISCONNECT of the session that it takes over.
    private static readonly TimeSpan DisconnectTimeout = TimeSpan.FromSeconds(1);

    private bool _keepAliveIsOurs;
    private volatile bool _hasSaidGoodbye;

    public long BytesReceived => inner.BytesReceived;

    public long BytesSent => inner.BytesSent;

    public X509Certificate2? ClientCertificate => inner.ClientCertificate;

    public EndPoint? RemoteEndPoint => inner.RemoteEndPoint;

    public EndPoint? LocalEndPoint => inner.LocalEndPoint;

    public bool IsSecureConnection => inner.IsSecureConnection;

    public MqttPacketFormatterAdapter PacketFormatterAdapter => inner.PacketFormatterAdapter;

    public BrokerConnection Connection => connection;

    public Task ConnectAsync(CancellationToken cancellationToken) => inner.ConnectAsync(cancellationToken);

    public Task DisconnectAsync(CancellationToken cancellationToken) => inner.DisconnectAsync(cancellationToken);

    public void ResetStatistics() => inner.ResetStatistics();

    public void Dispose() => inner.Dispose();

    public async Task<MqttPacket> ReceivePacketAsync(CancellationToken cancellationToken)
    {
        var packet = await inner.ReceivePacketAsync(cancellationToken);
        switch (packet)
        {
            case MqttConnectPacket connect:
                Connecting(connect);
                break;
            case MqttPublishPacket { TopicAlias: > TopicAliasMax }:
                throw new MqttProtocolViolationException($"A topic alias above {TopicAliasMax} (MQTT 5, section 3.3.2.3.4).");
            case MqttPubAckPacket:
                connection.Downward.Acknowledged();
                break;
            case MqttSubscribePacket subscribe:
                CountShared(subscribe);
                break;
            case MqttDisconnectPacket disconnect:
                connection.SaidGoodbye = disconnect.ReasonCode != MqttDisconnectReasonCode.DisconnectWithWillMessage;
                break;
        }

        return packet;
    }

    public async Task SendPacketAsync(MqttPacket packet, CancellationToken cancellationToken)
    {
        if (_hasSaidGoodbye)
        {
            return; // after DISCONNECT nothing follows (MQTT 5, section 4.13); who has not heard the rest hears it again at its next connect
        }

        switch (packet)
        {
            case MqttConnAckPacket accepted when connection.SpeaksMqtt5:
                TellLimits(accepted);
                break;
            case MqttSubAckPacket answer when !connection.SpeaksMqtt5:
                ToMqtt3(answer);
                break;
            case MqttDisconnectPacket:
                _hasSaidGoodbye = true;
                await SendDisconnectAsync(packet, cancellationToken);
                return;
        }

        await inner.SendPacketAsync(packet, cancellationToken);
    }

    private void Connecting(MqttConnectPacket connect)
    {
        connection.Version = inner.PacketFormatterAdapter.ProtocolVersion;
        if (connect.Username == BrokerAccounts.Runtime && !string.IsNullOrEmpty(connect.ClientId))
        {
            connect.ClientId = Authenticator.RuntimeClientIdPrefix + connect.ClientId;
        }

        // No state outlives a connection: what a device must get after an absence waits in its actor, and an acknowledgement of the old
        // connection's message must not reach the new one, where the same packet id may stand for another message.
        connect.CleanSession = true;
        connect.SessionExpiryInterval = 0;

        var keepAliveMax = (ushort)options.KeepAliveMax.TotalSeconds;
        if (connect.KeepAlivePeriod == 0 || connect.KeepAlivePeriod > keepAliveMax)
        {
            connect.KeepAlivePeriod = keepAliveMax;
            _keepAliveIsOurs = true;
        }

        // Taken away from MQTTnet, which offers a will once and does not look at the answer.
        if (connect.WillFlag)
        {
            connection.Will = new LastWill(connect.WillTopic, connect.WillMessage ?? [], connect.WillRetain);
            connect.WillFlag = false;
        }
    }

    private void CountShared(MqttSubscribePacket subscribe)
    {
        // MQTTnet refuses these itself, without telling anyone.
        foreach (var filter in subscribe.TopicFilters)
        {
            if (filter.Topic.StartsWith("$share/", StringComparison.Ordinal))
            {
                refused(new Refusal(RejectionReasons.WrongSubscription, "Shared subscriptions are not supported."), filter.Topic);
            }
        }
    }

    private void TellLimits(MqttConnAckPacket accepted)
    {
        accepted.IsSessionPresent = false;
        accepted.MaximumPacketSize = (uint)options.PacketBytesMax;
        accepted.MaximumQoS = MqttQualityOfServiceLevel.AtLeastOnce;
        accepted.ServerKeepAlive = _keepAliveIsOurs ? (ushort)options.KeepAliveMax.TotalSeconds : (ushort)0;
        accepted.SharedSubscriptionAvailable = false;
        accepted.TopicAliasMaximum = TopicAliasMax;
    }

    private static void ToMqtt3(MqttSubAckPacket answer)
    {
        // MQTT 3.1.1, section 3.9.3, knows one code for every refusal.
        for (var i = 0; i < answer.ReasonCodes.Count; i++)
        {
            if (answer.ReasonCodes[i] > MqttSubscribeReasonCode.GrantedQoS2)
            {
                answer.ReasonCodes[i] = MqttSubscribeReasonCode.UnspecifiedError;
            }
        }
    }

    private async Task SendDisconnectAsync(MqttPacket packet, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(DisconnectTimeout);
        await inner.SendPacketAsync(packet, timeout.Token);
    }
}
