using System.Net;
using DeviceFleet.Broker.Access;
using DeviceFleet.Broker.Connections;
using DeviceFleet.Broker.Downward;
using DeviceFleet.Broker.Rejections;
using DeviceFleet.Broker.Upward;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace DeviceFleet.Broker;

/// <summary>
/// The embedded MQTT broker (3.1.1 and 5): devices authenticate, publish and subscribe only under their own id, and a PUBACK at QoS 1 means that the
/// <see cref="IUpwardHandler"/> accepted the message. Thread safe; started and stopped once.
/// </summary>
public sealed partial class FleetBroker : IAsyncDisposable
{
    private readonly BrokerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ILoggerFactory _loggers;
    private readonly BrokerMetrics _metrics = new();
    private readonly ConnectionRegistry _registry;
    private readonly CancellationTokenSource _abandon = new();
    private readonly RejectionFeed _rejections;
    private readonly ConnectionHost _host;
    private readonly DownwardSender _sender;
    private readonly MqttServer _server;
    private WebApplication? _listener;
    private int _stopped;

    /// <summary>Makes a broker that does not listen yet.</summary>
    /// <param name="options">Bounds.</param>
    /// <param name="authority">Knows devices' passwords.</param>
    /// <param name="handler">
    /// Takes what goes up. Null: only clients of the account <see cref="BrokerAccounts.Runtime"/> do, and a PUBACK means that the broker has the message in
    /// memory on its way to them; what none of them subscribed to is not accepted.
    /// </param>
    /// <param name="time">Clock.</param>
    /// <param name="loggers">Loggers.</param>
    /// <exception cref="ArgumentException">Options are out of range; all faults are named.</exception>
    public FleetBroker(BrokerOptions options, IDeviceAuthority authority, IUpwardHandler? handler, TimeProvider time, ILoggerFactory loggers)
    {
        options.Validate();
        _options = options;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger<FleetBroker>();
        _registry = new ConnectionRegistry(options.ClaimConnectionsMax);
        _rejections = new RejectionFeed(options.RejectionsQueuedMax, handler, _metrics, time, _logger);
        _sender = new DownwardSender(options, _registry, _metrics);
        var gate = new UpwardGate(options, handler, _registry, _rejections, _metrics, time, _logger);
        _host = new ConnectionHost(options, _registry, gate, _rejections, _metrics, time);
        _server = new MqttServer(ServerOptions(options), [_host], MqttNetNullLogger.Instance);
        var authenticator = new Authenticator(options, authority, time, _logger);
        new ServerEvents(options, authenticator, _registry, _host, gate, _sender, _rejections, _metrics, time, _abandon.Token).Attach(_server);
    }

    /// <summary>The port it listens on, once started.</summary>
    public int Port { get; private set; }

    /// <summary>What it did so far.</summary>
    public BrokerCounters Counters => _metrics.Snapshot();

    internal MqttServer Server => _server;

    /// <summary>Listens; completes once devices can connect.</summary>
    /// <exception cref="IOException">The address cannot be bound.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _server.StartAsync();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(_loggers);
        builder.Services.AddSingleton(_host);
        builder.WebHost.UseShutdownTimeout(_options.StopTimeout).UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxConcurrentConnections = null; // bounded by ConnectionHost, which counts and tells
            kestrel.Listen(_options.Address, _options.Port, listen => listen.UseConnectionHandler<ConnectionHost>());
        });
        _listener = builder.Build();
        await _listener.StartAsync(cancellationToken);
        Port = new Uri(_listener.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        Log.Listening(_logger, new IPEndPoint(_options.Address, Port));
    }

    /// <summary>
    /// Stops: messages that are being handled may finish within <see cref="BrokerOptions.StopTimeout"/>; nothing is lost, because what was not acknowledged is sent again.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 1)
        {
            return;
        }

        _server.AcceptNewConnections = false;
        await _host.EndAllAsync(_options.StopTimeout, _time);
        await _abandon.CancelAsync();
        await _server.StopAsync(new MqttServerStopOptions());
        if (_listener is not null)
        {
            await _listener.StopAsync(cancellationToken);
            await _listener.DisposeAsync();
        }

        await _rejections.DisposeAsync();
        Log.Stopped(_logger);
    }

    /// <summary>
    /// Puts a message into the queue of the one connection of the device, or claim, that the topic names; no other session is looked at. QoS is what the device subscribed with, at most 1.
    /// </summary>
    /// <param name="topic"><c>fleet/{id}/desired</c>, <c>fleet/{id}/commands/{commandId}</c>, <c>fleet/{id}/credentials</c> or <c>provision/{claimId}/response</c>.</param>
    /// <param name="payload">Payload; must stay unchanged.</param>
    /// <param name="retain">
    /// For <c>desired</c>: kept in memory (an empty payload clears it) and sent at each later subscribe. No effect on other topics.
    /// </param>
    public DownwardOutcome SendToDevice(string topic, ReadOnlyMemory<byte> payload, bool retain) => _sender.Send(topic, payload, retain);

    /// <summary>
    /// Cuts the sessions of clients: MQTT 5 clients are told 0x87 (not authorized), last wills are published as for a connection that broke. Who was being let in while the cut came is cut
    /// too, because what let it in may have been true no more; who connects afterwards is not. Completes when nothing more of them is read or sent; their last wills follow.
    /// </summary>
    /// <param name="clientIds">MQTT client ids: device ids, or those of claims. Ids that nobody has are passed over.</param>
    /// <returns>How many connections were cut.</returns>
    public async Task<int> DisconnectAsync(IReadOnlyCollection<string> clientIds)
    {
        var cuts = new List<Task>();
        var count = 0;
        foreach (var clientId in clientIds)
        {
            var (current, all) = _registry.Cut(clientId);
            count += all;
            for (var i = 0; i < all; i++)
            {
                _metrics.Cut();
            }

            if (current is not null)
            {
                cuts.Add(_host.CutAsync(current, MqttDisconnectReasonCode.NotAuthorized));
            }
        }

        await Task.WhenAll(cuts);
        return count;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _server.Dispose();
        _abandon.Dispose();
        _metrics.Dispose();
    }

    private static MqttServerOptions ServerOptions(BrokerOptions options)
    {
        var server = new MqttServerOptions
        {
            DefaultCommunicationTimeout = options.ConnectTimeout,
            EnablePersistentSessions = false,
            MaxPendingMessagesPerClient = Math.Max(options.DownwardPerConnectionMax, options.RuntimeQueueMax), // the tighter bounds are DownwardQueue's
            PendingMessagesOverflowStrategy = MqttPendingMessagesOverflowStrategy.DropNewMessage,
        };
        server.KeepAliveOptions.MonitorInterval = options.KeepAliveCheckInterval;
        return server;
    }

    private static partial class Log
    {
        [LoggerMessage(4100, LogLevel.Information, "The MQTT broker listens on {EndPoint}.")]
        public static partial void Listening(ILogger logger, IPEndPoint endPoint);

        [LoggerMessage(4101, LogLevel.Information, "The MQTT broker has stopped.")]
        public static partial void Stopped(ILogger logger);
    }
}
