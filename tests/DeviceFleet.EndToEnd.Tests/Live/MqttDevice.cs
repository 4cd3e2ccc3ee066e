using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using DeviceFleet.Contracts;
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
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly Channel<(string Topic, string Payload)> _inbox = Channel.CreateBounded<(string, string)>(1_000);

    public DeviceId Id { get; } = DeviceId.Parse(id);

    public bool IsConnected => _client.IsConnected;

    public async Task<MqttClientConnectResultCode> ConnectAsync(string? password = null, string? clientId = null, MqttProtocolVersion version = MqttProtocolVersion.V500)
    {
        var result = await OpenAsync(password, clientId, version);
        if (result == MqttClientConnectResultCode.Success)
        {
            await PublishAsync(MqttTopics.Status(Id), """{"online":true,"boot":1}""", retain: true);
        }

        return result;
    }

    /// <summary>Connects as a device that takes part: listens first, then says that it is there.</summary>
    public async Task ConnectListeningAsync()
    {
        _client.ApplicationMessageReceivedAsync += args =>
            _inbox.Writer.WriteAsync((args.ApplicationMessage.Topic, Encoding.UTF8.GetString(args.ApplicationMessage.Payload))).AsTask();
        await OpenAsync(null, null, MqttProtocolVersion.V500);
        await SubscribeAsync(MqttTopics.Desired(Id));
        await SubscribeAsync(MqttTopics.Commands(Id));
        await PublishAsync(MqttTopics.Status(Id), """{"online":true,"boot":1}""", retain: true);
    }

    /// <summary>The next message of a kind; others before it are passed over.</summary>
    public async Task<(string Topic, string Payload)> NextAsync(DeviceTopicKind wanted)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var message = await _inbox.Reader.ReadAsync(limit.Token);
            if (MqttTopics.TryParse(message.Topic, out _, out var kind) && kind == wanted)
            {
                return message;
            }
        }
    }

    /// <summary>The next message on desired that is as wanted.</summary>
    public async Task<DesiredMessage> NextDesiredAsync(Func<DesiredMessage, bool> wanted)
    {
        while (true)
        {
            var message = JsonSerializer.Deserialize((await NextAsync(DeviceTopicKind.Desired)).Payload, ContractsJson.Default.DesiredMessage)!;
            if (wanted(message))
            {
                return message;
            }
        }
    }

    /// <summary>The next command, and its id.</summary>
    public async Task<(string Id, CommandMessage Command)> NextCommandAsync()
    {
        var (topic, payload) = await NextAsync(DeviceTopicKind.Command);
        return (MqttTopics.CommandIdOf(topic), JsonSerializer.Deserialize(payload, ContractsJson.Default.CommandMessage)!);
    }

    /// <summary>Completes when the connection is gone, with what the broker said.</summary>
    public Task<MqttClientDisconnectReason> Disconnected()
    {
        var gone = new TaskCompletionSource<MqttClientDisconnectReason>(TaskCreationOptions.RunContinuationsAsynchronously);
        _client.DisconnectedAsync += args =>
        {
            gone.TrySetResult(args.Reason);
            return Task.CompletedTask;
        };
        return gone.Task.WaitAsync(Patience);
    }

    public Task<MqttClientPublishResult> AnswerAsync(string commandId, string answer) => PublishAsync(MqttTopics.CommandResult(Id, commandId), answer);

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

    private async Task<MqttClientConnectResultCode> OpenAsync(string? password, string? clientId, MqttProtocolVersion version)
    {
        var will = JsonSerializer.Serialize(new { online = false, boot = 1, reason = "connection lost" });
        var options = new MqttClientOptionsBuilder()
            .WithTcpServer("127.0.0.1", local.MqttPort)
            .WithProtocolVersion(version)
            .WithClientId(clientId ?? Id.Value)
            .WithCredentials(Id.Value, password ?? await Identities.Of(local).PasswordOfAsync(local, Id))
            .WithWillTopic(MqttTopics.Status(Id))
            .WithWillPayload(will)
            .WithWillRetain()
            .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .Build();
        return (await _client.ConnectAsync(options)).ResultCode;
    }

    /// <summary>Leaves as a power cut does: no DISCONNECT, so that the last will speaks.</summary>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
