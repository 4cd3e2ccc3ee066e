using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Simulator.Provisioning;
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
    private const string Service = "service";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<Received> _received = new();
    private readonly ConcurrentQueue<string> _breaches = new();
    private readonly ConcurrentDictionary<string, string[]> _secrets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _claims = new(StringComparer.Ordinal);
    private readonly List<(Func<IReadOnlyCollection<Received>, bool> Condition, TaskCompletionSource Met)> _waiters = [];
    private readonly Lock _lock = new();
    private MqttServer? _server;

    private TestBroker(int port)
    {
        Port = port;
        Provisioner = new TestProvisioner(this);
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>What it does with each sample; called in order of arrival, one device at a time.</summary>
    public Func<Received, Verdict> OnTelemetry { get; set; } = _ => Verdict.Acknowledge;

    /// <summary>Called when a device with the right secret connects.</summary>
    public Action<DeviceId> OnAdmitted { get; set; } = _ => { };

    /// <summary>Whether to tell a device that there is no time for it now.</summary>
    public Func<DeviceId, bool> IsBusy { get; set; } = _ => false;

    /// <summary>What answers claims.</summary>
    public TestProvisioner Provisioner { get; }

    /// <summary>What clients did that they may not (<see cref="MqttAccess"/>).</summary>
    public IReadOnlyCollection<string> Breaches => _breaches;

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

    /// <summary>Lets a device in with a secret from now on, beside those that it may have.</summary>
    public void Admit(DeviceId id, string secret) => _secrets.AddOrUpdate(id.Value, [secret], (_, known) => [.. known, secret]);

    /// <summary>Lets a device in no more; with a secret: not with that one.</summary>
    public void Expel(DeviceId id, string? secret = null) =>
        _secrets.AddOrUpdate(id.Value, [], (_, known) => secret is null ? [] : [.. known.Where(one => one != secret)]);

    /// <summary>Admits devices whose ids are their hardware ids, and writes their identities to a file.</summary>
    public string WriteIdentities(string path, int count, string prefix = "sim-", string? firmwareKey = null)
    {
        var identities = Enumerable.Range(1, count).Select(number => $"{prefix}{number:D4}").Select(id => new SimulatorIdentity
        {
            HardwareId = id, DeviceId = DeviceId.Parse(id), CredentialId = "by-hand", Secret = $"secret of {id}", FirmwareKey = firmwareKey,
        }).ToList();
        foreach (var identity in identities)
        {
            Admit(identity.DeviceId, identity.Secret);
        }

        IdentityFile.Write(path, identities);
        return path;
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
        server.InterceptingSubscriptionAsync += CheckSubscription;
        server.ClientDisconnectedAsync += args =>
        {
            _claims.TryRemove(args.ClientId, out _);
            return Task.CompletedTask;
        };
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
                SenderClientId = Service,
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

    private Task Authenticate(ValidatingConnectionEventArgs args)
    {
        if (args.UserName == MqttAccounts.Provision)
        {
            var isClaim = args.ClientId.StartsWith(MqttAccounts.ClaimClientPrefix, StringComparison.Ordinal) && string.IsNullOrEmpty(args.Password);
            args.ReasonCode = isClaim && _claims.TryAdd(args.ClientId, true) ? MqttConnectReasonCode.Success : MqttConnectReasonCode.NotAuthorized;
            return Task.CompletedTask;
        }

        var ok = DeviceId.TryParse(args.UserName, out var id) && args.ClientId == args.UserName
            && _secrets.TryGetValue(args.UserName, out var secrets) && secrets.Contains(args.Password);
        var busy = ok && IsBusy(id);
        args.ReasonCode = !ok ? MqttConnectReasonCode.BadUserNameOrPassword : busy ? MqttConnectReasonCode.ServerUnavailable : MqttConnectReasonCode.Success;
        if (ok && !busy)
        {
            OnAdmitted(id);
        }

        return Task.CompletedTask;
    }

    private Task CheckSubscription(InterceptingSubscriptionEventArgs args)
    {
        var (self, isClaim) = Who(args.ClientId);
        if (MqttAccess.Subscribe(self, isClaim, args.TopicFilter.Topic) is { } breach)
        {
            _breaches.Enqueue($"{args.ClientId} subscribed to {args.TopicFilter.Topic}: {breach.Reason}");
        }

        return Task.CompletedTask;
    }

    private static (DeviceId Self, bool IsClaim) Who(string clientId) => clientId.StartsWith(MqttAccounts.ClaimClientPrefix, StringComparison.Ordinal)
        ? (DeviceId.Parse(clientId[MqttAccounts.ClaimClientPrefix.Length..]), true)
        : (DeviceId.Parse(clientId), false);

    private async Task TakeClaimAsync(DeviceId claimId, string payload)
    {
        var claim = JsonSerializer.Deserialize(payload, ContractsJson.Default.ProvisionClaim)!;
        foreach (var answer in Provisioner.Take(claim))
        {
            await SendAsync(MqttTopics.ProvisionResponse(claimId), JsonSerializer.Serialize(answer, ContractsJson.Default.ProvisionAnswer));
        }
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
        if (args.ClientId == Service)
        {
            return;
        }

        var (self, isClaim) = Who(args.ClientId);
        if (MqttAccess.Publish(self, isClaim, message.Topic) is { } breach)
        {
            _breaches.Enqueue($"{args.ClientId} published on {message.Topic}: {breach.Reason}");
        }

        if (!MqttTopics.TryParse(message.Topic, out _, out var kind))
        {
            return;
        }

        if (kind == DeviceTopicKind.Telemetry)
        {
            await ApplyAsync(OnTelemetry(message), args);
        }
        else if (kind == DeviceTopicKind.ProvisionRequest)
        {
            await TakeClaimAsync(self, message.Payload);
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
