using System.Text;
using System.Threading.Channels;
using DeviceFleet.Broker.Access;
using DeviceFleet.Broker.Upward;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using Microsoft.Extensions.Logging.Abstractions;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace DeviceFleet.Broker.Tests;

/// <summary>A broker on a port of its own, whose handler and authority are the test.</summary>
internal sealed class BrokerUnderTest : IUpwardHandler, IDeviceAuthority, IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<UpwardMessage> _upward = Channel.CreateBounded<UpwardMessage>(100_000);
    private readonly Channel<RejectedEvent> _rejected = Channel.CreateBounded<RejectedEvent>(100_000);
    private readonly List<IMqttClient> _clients = [];

    private BrokerUnderTest()
    {
    }

    public FleetBroker Broker { get; private set; } = null!;

    /// <summary>What the handler answers; accepts at once unless told otherwise.</summary>
    public Func<UpwardMessage, CancellationToken, ValueTask<UpwardVerdict>> Answer { get; set; } = (_, _) => ValueTask.FromResult(UpwardVerdict.Accepted);

    /// <summary>What the authority answers; by default each device has the password of <see cref="PasswordOf"/>.</summary>
    public Func<DeviceId, string, CancellationToken, ValueTask<DeviceVerdict>> Decide { get; set; } = (device, password, _) => ValueTask.FromResult(
        password == PasswordOf(device.Value) ? DeviceVerdict.Accepted : DeviceVerdict.Refused(RejectionReasons.BadCredentials, "Wrong password."));

    public static async Task<BrokerUnderTest> StartAsync(Func<BrokerOptions, BrokerOptions>? tune = null, bool handles = true)
    {
        var test = new BrokerUnderTest();
        var options = new BrokerOptions();
        test.Broker = new FleetBroker(tune?.Invoke(options) ?? options, test, handles ? test : null, TimeProvider.System, NullLoggerFactory.Instance);
        await test.Broker.StartAsync(CancellationToken.None);
        return test;
    }

    public static string PasswordOf(string id) => $"the password of {id}";

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

    /// <summary>Connects as a device that has no identity yet.</summary>
    public Task<IMqttClient> ConnectClaimAsync(string claimId, MqttProtocolVersion version) => ConnectAsync(claimId, version, o => AsClaim(o, claimId));

    public static void AsClaim(MqttClientOptionsBuilder options, string claimId) =>
        options.WithClientId(MqttAccounts.ClaimClientPrefix + claimId).WithCredentials(MqttAccounts.Provision);

    public async Task<UpwardMessage> NextUpwardAsync() => await _upward.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public async Task<RejectedEvent> NextRejectedAsync() => await _rejected.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public bool TryNextUpward(out UpwardMessage message) => _upward.Reader.TryRead(out message);

    public async ValueTask<UpwardVerdict> HandleAsync(UpwardMessage message, CancellationToken cancellationToken)
    {
        _upward.Writer.TryWrite(message);
        return await Answer(message, cancellationToken);
    }

    public ValueTask<DeviceVerdict> AuthenticateAsync(DeviceId device, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
        Decide(device, Encoding.UTF8.GetString(password.Span), cancellationToken);

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

    /// <summary>Waits for what the broker does a moment after its client knows.</summary>
    public static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(BrokerUnderTest.Patience);
        while (!holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, patience.Token);
        }
    }

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
