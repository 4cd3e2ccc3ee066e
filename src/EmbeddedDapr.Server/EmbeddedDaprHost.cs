using System.Globalization;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Components;
using EmbeddedDapr.Components.Mqtt;
using EmbeddedDapr.Components.Redis;
using EmbeddedDapr.Components.Secrets;
using EmbeddedDapr.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmbeddedDapr.Server;

/// <summary>
/// A running runtime of one app inside another program: both APIs on loopback, with what the app and its SDK need to know. Disposing stops it, and waits until it has.
/// </summary>
public sealed class EmbeddedDaprHost : IAsyncDisposable
{
    private const string DefaultResources = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: statestore
        spec:
          type: state.in-memory
          version: v1
          metadata:
          - name: actorStateStore
            value: "true"
        ---
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: pubsub
        spec:
          type: pubsub.in-memory
          version: v1
        """;

    private readonly DaprEngine _engine;
    private readonly SidecarHost _heads;
    private readonly Task _ready;
    private readonly CancellationTokenSource _stop;

    private EmbeddedDaprHost(DaprEngine engine, SidecarHost heads, EmbeddedDaprHostOptions options)
    {
        _engine = engine;
        _heads = heads;
        _stop = new CancellationTokenSource();
        HttpEndpoint = new Uri($"http://127.0.0.1:{heads.HttpPort}");
        GrpcEndpoint = new Uri($"http://127.0.0.1:{heads.GrpcPort}");
        Settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["DAPR_HTTP_PORT"] = heads.HttpPort.ToString(CultureInfo.InvariantCulture),
            ["DAPR_GRPC_PORT"] = heads.GrpcPort.ToString(CultureInfo.InvariantCulture),
            ["DAPR_API_TOKEN"] = options.ApiToken,
            ["APP_API_TOKEN"] = options.AppApiToken,
        };
        _ready = heads.Sidecar.StartAsync(_stop.Token);
    }

    /// <summary>Address of the HTTP API.</summary>
    public Uri HttpEndpoint { get; }

    /// <summary>Address of the gRPC API.</summary>
    public Uri GrpcEndpoint { get; }

    /// <summary>Ports and tokens under the names that the official SDK reads, for the configuration (or the environment) of the app.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; }

    /// <summary>The sidecar, for what the APIs do not show.</summary>
    public Sidecar Sidecar => _heads.Sidecar;

    /// <summary>Starts it. The APIs serve callers when this returns; the app may be started afterwards, <see cref="ReadyAsync"/> waits for it.</summary>
    /// <param name="options">What it is told; null: defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ComponentException">A component does not start.</exception>
    /// <exception cref="InvalidDataException">A resource cannot be read; the message says where and why.</exception>
    public static async Task<EmbeddedDaprHost> StartAsync(EmbeddedDaprHostOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new EmbeddedDaprHostOptions();
        var loggers = options.Loggers ?? NullLoggerFactory.Instance;
        var engine = new DaprEngine(new ActorRuntimeOptions(), options.Time, loggers);
        try
        {
            IAppChannel? app = options.AppPort > 0
                ? new HttpAppChannel(new HttpAppChannelOptions { Port = options.AppPort, ApiToken = options.AppApiToken }, options.Time)
                : null;
            var sidecar = await engine.AddAppAsync(
                new SidecarOptions { AppId = options.AppId, AppPort = options.AppPort, ApiToken = options.ApiToken, AppApiToken = options.AppApiToken },
                app,
                BuiltInComponents.Catalog().AddMqtt().AddSecretStores().AddRedis(),
                await ResourcesAsync(options, cancellationToken),
                Environment.GetEnvironmentVariable,
                options.DataFolder ?? Environment.CurrentDirectory,
                shutdown: null,
                cancellationToken);
            var heads = await SidecarHost.StartAsync(sidecar, new SidecarHostOptions { HttpPort = options.HttpPort, GrpcPort = options.GrpcPort }, cancellationToken);
            return new EmbeddedDaprHost(engine, heads, options);
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the app listens, was asked what it hosts and wants, and gets it: from then on its actors, subscriptions and bindings work.</summary>
    public Task ReadyAsync(CancellationToken cancellationToken = default) => _ready.WaitAsync(cancellationToken);

    /// <summary>Stops inputs, timers and reminders, then actors, then the APIs, then components.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _engine.StopAsync();
        await _ready.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _heads.DisposeAsync();
        await _engine.DisposeAsync();
        _stop.Dispose();
    }

    private static async Task<ResourceSet> ResourcesAsync(EmbeddedDaprHostOptions options, CancellationToken cancellationToken)
    {
        var inline = options.Resources ?? (options.ResourcesPaths.Count == 0 ? DefaultResources : null);
        var resources = await ResourceLoader.LoadAsync(options.ResourcesPaths, inline, Environment.GetEnvironmentVariable, cancellationToken);
        return resources.Faults.Count == 0 ? resources : throw new InvalidDataException(string.Join('\n', resources.Faults));
    }
}
