using System.Threading.Channels;
using DeviceFleet.Broker.Upward;
using DeviceFleet.Contracts.Devices;
using Microsoft.Extensions.Logging.Abstractions;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace DeviceFleet.Broker.Tests;

/// <summary>A broker on a port of its own, whose handler is the test.</summary>
internal sealed class BrokerUnderTest : IUpwardHandler, IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly byte[] Key = [.. Enumerable.Range(0, SharedKeyPassword.KeyBytes).Select(i => (byte)i)];

    private readonly Channel<UpwardMessage> _upward = Channel.CreateBounded<UpwardMessage>(100_000);
    private readonly Channel<RejectedEvent> _rejected = Channel.CreateBounded<RejectedEvent>(100_000);
    private readonly List<IMqttClient> _clients = [];

    private BrokerUnderTest()
    {
    }

    public FleetBroker Broker { get; private set; } = null!;

    /// <summary>What the handler answers; accepts at once unless told otherwise.</summary>
    public Func<UpwardMessage, CancellationToken, ValueTask<UpwardVerdict>> Answer { get; set; } = (_, _) => ValueTask.FromResult(UpwardVerdict.Accepted);

    public static async Task<BrokerUnderTest> StartAsync(Func<BrokerOptions, BrokerOptions>? tune = null, bool handles = true)
    {
        var test = new BrokerUnderTest();
        var options = new BrokerOptions { Key = Key };
        test.Broker = new FleetBroker(tune?.Invoke(options) ?? options, handles ? test : null, TimeProvider.System, NullLoggerFactory.Instance);
        await test.Broker.StartAsync(CancellationToken.None);
        return test;
    }

    public static string PasswordOf(string id) => SharedKeyPassword.For(DeviceId.Parse(id), Key);

    public MqttClientOptions Options(string id, MqttProtocolVersion version, Action<MqttClientOptionsBuilder>? tune = null)
    {
        var builder = new MqttClientOptionsBuilder()
            .WithTcpServer("127.0.0.1", Broker.Port)
            .WithClientId(id)
            .WithCredentials(id, PasswordOf(id))
            .WithProtocolVersion(version)
            .WithTimeout(Patience);
        tune?.Invoke(builder);
        return builder.Build();
    }

    public IMqttClient NewClient()
    {
        var client = new MqttClientFactory().CreateMqttClient();
        _clients.Add(client);
        return client;
    }

    public async Task<IMqttClient> ConnectAsync(string id, MqttProtocolVersion version, Action<MqttClientOptionsBuilder>? tune = null)
    {
        var client = NewClient();
        await client.ConnectAsync(Options(id, version, tune));
        return client;
    }

    public async Task<UpwardMessage> NextUpwardAsync() => await _upward.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public async Task<RejectedEvent> NextRejectedAsync() => await _rejected.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public bool TryNextUpward(out UpwardMessage message) => _upward.Reader.TryRead(out message);

    public async ValueTask<UpwardVerdict> HandleAsync(UpwardMessage message, CancellationToken cancellationToken)
    {
        _upward.Writer.TryWrite(message);
        return await Answer(message, cancellationToken);
    }

    public ValueTask RejectedAsync(RejectedEvent rejection, CancellationToken cancellationToken)
    {
        _rejected.Writer.TryWrite(rejection);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        foreach (var client in _clients)
        {
            client.Dispose();
        }
    }
}

/// <summary>Signals of a client that tests wait for.</summary>
internal static class ClientSignals
{
    public static MqttApplicationMessage Message(string topic, string payload, MqttQualityOfServiceLevel qualityOfService = MqttQualityOfServiceLevel.AtLeastOnce) =>
        new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload(payload).WithQualityOfServiceLevel(qualityOfService).Build();

    public static Task<MqttClientDisconnectedEventArgs> Disconnected(this IMqttClient client)
    {
        var signal = new TaskCompletionSource<MqttClientDisconnectedEventArgs>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.DisconnectedAsync += args =>
        {
            signal.TrySetResult(args);
            return Task.CompletedTask;
        };
        return signal.Task.WaitAsync(BrokerUnderTest.Patience);
    }

    public static ChannelReader<MqttApplicationMessage> Received(this IMqttClient client)
    {
        var received = Channel.CreateBounded<MqttApplicationMessage>(10_000);
        client.ApplicationMessageReceivedAsync += args =>
        {
            received.Writer.TryWrite(args.ApplicationMessage);
            return Task.CompletedTask;
        };
        return received.Reader;
    }

    public static async Task<MqttApplicationMessage> NextAsync(this ChannelReader<MqttApplicationMessage> reader) =>
        await reader.ReadAsync().AsTask().WaitAsync(BrokerUnderTest.Patience);
}
