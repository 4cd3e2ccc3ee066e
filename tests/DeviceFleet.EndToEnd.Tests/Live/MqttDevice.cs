using System.Text;
using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.EndToEnd.Tests.Processes;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace DeviceFleet.EndToEnd.Tests.Live;

/// <summary>A device as a customer would write it: an MQTT client and nothing of ours but the topic names.</summary>
internal sealed class MqttDevice(LocalProcess local, string id) : IAsyncDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();

    public DeviceId Id { get; } = DeviceId.Parse(id);

    public bool IsConnected => _client.IsConnected;

    public async Task<MqttClientConnectResultCode> ConnectAsync(string? password = null, string? clientId = null, MqttProtocolVersion version = MqttProtocolVersion.V500)
    {
        var will = JsonSerializer.Serialize(new { online = false, boot = 1, reason = "connection lost" });
        var options = new MqttClientOptionsBuilder()
            .WithTcpServer("127.0.0.1", local.MqttPort)
            .WithProtocolVersion(version)
            .WithClientId(clientId ?? Id.Value)
            .WithCredentials(Id.Value, password ?? SharedKeyPassword.For(Id, local.DeviceKey()))
            .WithWillTopic(MqttTopics.Status(Id))
            .WithWillPayload(will)
            .WithWillRetain()
            .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .Build();
        var result = await _client.ConnectAsync(options);
        if (result.ResultCode == MqttClientConnectResultCode.Success)
        {
            await PublishAsync(MqttTopics.Status(Id), """{"online":true,"boot":1}""", retain: true);
        }

        return result.ResultCode;
    }

    public Task<MqttClientPublishResult> SendAsync(long seq, double temp) =>
        PublishAsync(MqttTopics.Telemetry(Id), JsonSerializer.Serialize(new { boot = 1, seq, metrics = new { temp } }));

    public Task<MqttClientPublishResult> PublishAsync(string topic, string payload, bool retain = false) =>
        PublishAsync(topic, Encoding.UTF8.GetBytes(payload), retain);

    public Task<MqttClientPublishResult> PublishAsync(string topic, byte[] payload, bool retain = false) =>
        _client.PublishAsync(new MqttApplicationMessageBuilder()
            .WithTopic(topic)
            .WithPayload(payload)
            .WithRetainFlag(retain)
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .Build());

    public async Task<MqttClientSubscribeResultCode> SubscribeAsync(string filter)
    {
        var result = await _client.SubscribeAsync(filter, MqttQualityOfServiceLevel.AtLeastOnce);
        return result.Items.Single().ResultCode;
    }

    /// <summary>Leaves as a power cut does: no DISCONNECT, so that the last will speaks.</summary>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
