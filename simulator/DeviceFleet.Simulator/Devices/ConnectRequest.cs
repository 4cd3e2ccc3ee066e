using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Simulator.Provisioning;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace DeviceFleet.Simulator.Devices;

/// <summary>What a device says when it connects: who it is, and what the broker is to tell when it is gone.</summary>
internal static class ConnectRequest
{
    /// <summary>The request of one device in one of its starts.</summary>
    public static MqttClientOptions Of(SimulatorIdentity identity, long boot, SimulatorOptions options) => Basic(options)
        .WithClientId(identity.DeviceId.Value)
        .WithCredentials(identity.DeviceId.Value, identity.Secret)
        .WithWillTopic(MqttTopics.Status(identity.DeviceId))
        .WithWillPayload(DevicePayloads.Status(online: false, boot, "connection lost"))
        .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
        .WithWillRetain()
        .Build();

    /// <summary>The request of a device that has no identity yet.</summary>
    public static MqttClientOptions OfClaim(DeviceId claimId, SimulatorOptions options) => Basic(options)
        .WithClientId(MqttAccounts.ClaimClientPrefix + claimId.Value)
        .WithCredentials(MqttAccounts.Provision, (byte[]?)null)
        .Build();

    private static MqttClientOptionsBuilder Basic(SimulatorOptions options) => new MqttClientOptionsBuilder()
        .WithTcpServer(options.Host, options.Port)
        .WithProtocolVersion(options.Mqtt == MqttVersion.V5 ? MqttProtocolVersion.V500 : MqttProtocolVersion.V311)
        .WithTryPrivate(false) // the bridge bit of Mosquitto has no place in a device's CONNECT
        .WithCleanStart()
        .WithKeepAlivePeriod(options.KeepAlive)
        .WithTimeout(options.ConnectTimeout);
}
