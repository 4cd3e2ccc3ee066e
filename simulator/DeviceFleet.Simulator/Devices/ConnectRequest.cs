using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace DeviceFleet.Simulator.Devices;

/// <summary>What a device says when it connects: who it is, and what the broker is to tell when it is gone.</summary>
internal static class ConnectRequest
{
    /// <summary>The request of one device in one of its starts.</summary>
    public static MqttClientOptions Of(DeviceId id, long boot, SimulatorOptions options) => new MqttClientOptionsBuilder()
        .WithTcpServer(options.Host, options.Port)
        .WithProtocolVersion(options.Mqtt == MqttVersion.V5 ? MqttProtocolVersion.V500 : MqttProtocolVersion.V311)
        .WithTryPrivate(false) // the bridge bit of Mosquitto has no place in a device's CONNECT
        .WithClientId(id.Value)
        .WithCredentials(id.Value, SharedKeyPassword.For(id, options.DeviceKey.Span))
        .WithCleanStart()
        .WithKeepAlivePeriod(options.KeepAlive)
        .WithTimeout(options.ConnectTimeout)
        .WithWillTopic(MqttTopics.Status(id))
        .WithWillPayload(DevicePayloads.Status(online: false, boot, "connection lost"))
        .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
        .WithWillRetain()
        .Build();
}
