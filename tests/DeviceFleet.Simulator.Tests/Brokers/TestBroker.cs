using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using MQTTnet;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace DeviceFleet.Simulator.Tests.Brokers;

/// <summary>What the broker does with a sample.</summary>
public enum Verdict
{
    /// <summary>Acknowledges it.</summary>
    Acknowledge,

    /// <summary>Closes the connection instead.</summary>
    Drop,

    /// <summary>Says nothing, as long as the connection lasts.</summary>
    Ignore,

    /// <summary>Acknowledges with a reason code of failure.</summary>
    Refuse,
}

/// <summary>One message as the broker received it.</summary>
public sealed record Received(string Client, string Topic, string Payload, bool Retain)
{
    /// <summary>Correlation data, as text; null: none.</summary>
    public string? Correlation { get; init; }
}

/// <summary>A real MQTT broker on a port of its own that authenticates devices, remembers what came, and does with samples as the test says.</summary>
public sealed class TestBroker : IAsyncDisposable
{
    /// <summary>Key that the broker checks passwords with.</summary>
    public static readonly byte[] Key = [.. Enumerable.Range(1, SharedKeyPassword.KeyBytes).Select(i => (byte)i)];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<Received> _received = new();
    private readonly List<(Func<IReadOnlyCollection<Received>, bool> Condition, TaskCompletionSource Met)> _waiters = [];
    private readonly Lock _lock = new();
    private MqttServer? _server;

    private TestBroker(int port) => Port = port;

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>What it does with each sample; called in order of arrival, one device at a time.</summary>
    public Func<Received, Verdict> OnTelemetry { get; set; } = _ => Verdict.Acknowledge;

    /// <summary>All that came, in order.</summary>
    public IReadOnlyCollection<Received> Messages => _received;

    /// <summary>Samples only.</summary>
    public IEnumerable<Received> Samples => _received.Where(message => message.Topic.EndsWith("/telemetry", StringComparison.Ordinal));

    /// <summary>Status messages only.</summary>
    public IEnumerable<Received> Statuses => _received.Where(message => message.Topic.EndsWith("/status", StringComparison.Ordinal));

    /// <summary>A broker that runs.</summary>
    public static async Task<TestBroker> StartNewAsync()
    {
        var broker = new TestBroker(FreePort());
        await broker.StartAsync();
        return broker;
    }

    /// <summary>A port on which nobody listens.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts, also again after a stop.</summary>
    public async Task StartAsync()
    {
        var options = new MqttServerOptionsBuilder()
            .WithDefaultEndpoint()
            .WithDefaultEndpointBoundIPAddress(IPAddress.Loopback)
            .WithDefaultEndpointBoundIPV6Address(IPAddress.None)
            .WithDefaultEndpointPort(Port)
            .WithDefaultEndpointReuseAddress()
            .Build();
        var server = new MqttServerFactory().CreateMqttServer(options);
        server.ValidatingConnectionAsync += Authenticate;
        server.InterceptingPublishAsync += InterceptAsync;
        await server.StartAsync();
        _server = server;
    }

    /// <summary>Cuts every connection and stops listening.</summary>
    public async Task StopAsync()
    {
        if (_server is { } server)
        {
            _server = null;
            await server.StopAsync(new MqttServerStopOptions { DefaultClientDisconnectOptions = new MqttServerClientDisconnectOptions { ReasonCode = MqttDisconnectReasonCode.ServerShuttingDown } });
            server.Dispose();
        }
    }

    /// <summary>Sends to whoever subscribed, as the service would.</summary>
    public Task SendAsync(string topic, string payload, bool retain = false, string? responseTopic = null, string? correlation = null) =>
        _server!.InjectApplicationMessage(
            new InjectedMqttApplicationMessage(new MqttApplicationMessage
            {
                Topic = topic,
                PayloadSegment = Encoding.UTF8.GetBytes(payload),
                QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
                Retain = retain,
                ResponseTopic = responseTopic,
                CorrelationData = correlation is null ? null : Encoding.UTF8.GetBytes(correlation),
            })
            {
                SenderClientId = "service",
            });

    /// <summary>Cuts every connection, as a broken network would.</summary>
    public async Task CutAsync()
    {
        foreach (var client in await _server!.GetClientsAsync())
        {
            await client.DisconnectAsync();
        }
    }

    /// <summary>Waits until what came meets a condition.</summary>
    public async Task UntilAsync(Func<IReadOnlyCollection<Received>, bool> condition, string what)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiters.Add((condition, met));
        }

        Check();
        try
        {
            await met.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Waited {Patience.TotalSeconds} s for {what}; came: {string.Join('\n', _received.TakeLast(20))}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    private static Task Authenticate(ValidatingConnectionEventArgs args)
    {
        var ok = DeviceId.TryParse(args.UserName, out var id) && args.ClientId == args.UserName && args.Password == SharedKeyPassword.For(id, Key);
        args.ReasonCode = ok ? MqttConnectReasonCode.Success : MqttConnectReasonCode.BadUserNameOrPassword;
        return Task.CompletedTask;
    }

    private async Task InterceptAsync(InterceptingPublishEventArgs args)
    {
        var message = new Received(
            args.ClientId, args.ApplicationMessage.Topic, Encoding.UTF8.GetString(args.ApplicationMessage.Payload), args.ApplicationMessage.Retain)
        {
            Correlation = args.ApplicationMessage.CorrelationData is { } data ? Encoding.UTF8.GetString(data) : null,
        };
        _received.Enqueue(message);
        Check();
        if (MqttTopics.TryParse(message.Topic, out _, out var kind) && kind == DeviceTopicKind.Telemetry)
        {
            await ApplyAsync(OnTelemetry(message), args);
        }
    }

    private static async Task ApplyAsync(Verdict verdict, InterceptingPublishEventArgs args)
    {
        switch (verdict)
        {
            case Verdict.Acknowledge:
                break;
            case Verdict.Drop:
                args.CloseConnection = true;
                args.ProcessPublish = false;
                break;
            case Verdict.Refuse:
                args.Response.ReasonCode = MqttPubAckReasonCode.QuotaExceeded;
                args.ProcessPublish = false;
                break;
            case Verdict.Ignore:
                var gone = new TaskCompletionSource();
                await using (args.CancellationToken.Register(gone.SetResult))
                {
                    await gone.Task;
                }

                args.CloseConnection = true;
                break;
        }
    }

    private void Check()
    {
        lock (_lock)
        {
            foreach (var waiter in _waiters.Where(waiter => waiter.Condition(_received)).ToList())
            {
                waiter.Met.TrySetResult();
                _waiters.Remove(waiter);
            }
        }
    }
}
