using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using Dapr.Actors.Runtime;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices;
using DeviceFleet.Provisioning.Sagas;
using DeviceFleet.ServiceDefaults.Actors;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.Components;
using EmbeddedDapr.Components.Secrets;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server;
using EmbeddedDapr.Server.InProcess;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceFleet.Provisioning.Tests.Sagas.Runs;

/// <summary>
/// Services <c>devices</c> and <c>provisioning</c> as they run, on the real engine with the resources of <c>components/local</c>. Its database is in a folder that outlives each of its lives;
/// only the broker is the test's: what comes in is handed to the bindings, what goes out is a list.
/// </summary>
internal sealed class FleetOnEngine : IAsyncDisposable
{
    private static readonly string Components =
        typeof(FleetOnEngine).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "Components").Value!;

    private readonly string _folder;
    private readonly Dictionary<string, string?> _settings;
    private readonly List<(WebApplication App, SidecarHost Heads)> _services = [];
    private DaprEngine _engine = null!;

    private FleetOnEngine(string folder, Dictionary<string, string?> settings) => (_folder, _settings) = (folder, settings);

    /// <summary>Everything that was sent to the broker: topic and payload, in order.</summary>
    public ConcurrentQueue<(string Topic, string Payload)> Sent { get; } = new();

    /// <summary>Who takes what comes in, by binding.</summary>
    public ConcurrentDictionary<string, BindingHandler> Inputs { get; } = new();

    /// <summary>One more each time that something was published or sent.</summary>
    public SemaphoreSlim Happened { get; } = new(0);

    public LaterTime Time { get; } = new();

    /// <summary>Service <c>provisioning</c>.</summary>
    public IServiceProvider Provisioning => _services[1].App.Services;

    public ISagaWorld World => Provisioning.GetRequiredService<ISagaWorld>();

    public static async Task<FleetOnEngine> StartAsync(Dictionary<string, string?>? settings = null)
    {
        var folder = Directory.CreateTempSubdirectory("sagas-test-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "secrets.json"), $$"""{ "{{SecretNames.Provisioning}}": { "{{SecretNames.MasterKey}}": "{{new string('a', 64)}}" } }""");
        await File.WriteAllTextAsync(Path.Combine(folder, "settings.yaml"), "");
        var fleet = new FleetOnEngine(folder, new(settings ?? []) { ["Credentials:Iterations"] = "1000", ["Identities:OutboxRetryAfter"] = "00:00:01" });
        await fleet.StartAsync();
        return fleet;
    }

    /// <summary>The process ends, and starts again, a while later.</summary>
    public async Task RestartAsync(TimeSpan later = default)
    {
        await StopAsync();
        Time.Later += later;
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Happened.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync()
    {
        var resources = await ResourceLoader.LoadAsync([Components], inline: null, Read, CancellationToken.None);
        var catalog = BuiltInComponents.Catalog().AddSecretStores();
        var topics = catalog.PubSubs["pubsub.sqlite"];
        catalog.PubSubs["pubsub.sqlite"] = async (spec, context, cancellationToken) => new Topics(this, await topics(spec, context, cancellationToken));
        catalog.InputBindings["bindings.mqtt3"] = (spec, _, _) => ValueTask.FromResult<IInputBinding>(new Input(this, spec.Name));
        catalog.OutputBindings["bindings.mqtt3"] = (_, _, _) => ValueTask.FromResult<IOutputBinding>(new Output(this));
        _engine = new DaprEngine(new EmbeddedDapr.Actors.ActorRuntimeOptions(), Time, NullLoggerFactory.Instance);
        Sidecar[] sidecars =
        [
            await AddAsync(DaprNames.DevicesApp, DevicesService.Build, catalog, resources),
            await AddAsync(DaprNames.ProvisioningApp, ProvisioningService.Build, catalog, resources),
        ];
        await Task.WhenAll(sidecars.Select(sidecar => sidecar.StartAsync(CancellationToken.None)));
    }

    private async Task<Sidecar> AddAsync(string appId, Func<string[], Action<WebApplicationBuilder>?, WebApplication> build, ComponentCatalog catalog, ResourceSet resources)
    {
        var inProcess = new InProcessApp();
        var sidecar = await _engine.AddAppAsync(new SidecarOptions { AppId = appId }, inProcess.Channel, catalog, resources, Read, _folder, shutdown: null, CancellationToken.None);
        var heads = await SidecarHost.StartAsync(sidecar, new SidecarHostOptions(), CancellationToken.None);
        var app = build(["--environment", FaultOptions.Environment], builder =>
        {
            builder.Configuration.AddInMemoryCollection(_settings);
            inProcess.Connect(builder, heads, keepOwnServer: false, ContractsJson.Default.Options);
            builder.Logging.ClearProviders();
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Time));
            builder.Services.AddSingleton<IActorStateManagerFactory>(new StateManagers(inProcess));
        });
        await app.StartAsync();
        _services.Add((app, heads));
        return sidecar;
    }

    private string? Read(string name) => name switch
    {
        "DEVICEFLEET_DATABASE" => Path.Combine(_folder, "fleet.db"),
        "DEVICEFLEET_MQTT_URL" => "mqtt://127.0.0.1:1",
        _ => null,
    };

    private async Task StopAsync()
    {
        await _engine.StopAsync();
        foreach (var (app, heads) in Enumerable.Reverse(_services))
        {
            await app.DisposeAsync();
            await heads.DisposeAsync();
        }

        _services.Clear();
        await _engine.DisposeAsync();
    }

    /// <summary>The time of day, or a later one: a process that was away finds that time has passed.</summary>
    internal sealed class LaterTime : TimeProvider
    {
        public TimeSpan Later { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Later;
    }

    private sealed class StateManagers(InProcessApp app) : IActorStateManagerFactory
    {
        public IActorStateManager Create(ActorHost host) => app.CreateStateManager(host);
    }

    private sealed class Topics(FleetOnEngine fleet, IPubSubComponent inner) : IPubSubComponent
    {
        public int AttemptsMax => inner.AttemptsMax;

        public int AttemptsBeforeDeadLetter => inner.AttemptsBeforeDeadLetter;

        public bool PolicyIsFinal => inner.PolicyIsFinal;

        public async ValueTask PublishAsync(string topic, IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken)
        {
            await inner.PublishAsync(topic, messages, cancellationToken);
            fleet.Happened.Release();
        }

        public ValueTask<IAsyncDisposable> SubscribeAsync(PubSubSubscription subscription, DeliveryHandler handler, CancellationToken cancellationToken) =>
            inner.SubscribeAsync(subscription, handler, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class Input(FleetOnEngine fleet, string name) : IInputBinding
    {
        public ValueTask StartAsync(BindingHandler handler, CancellationToken cancellationToken)
        {
            fleet.Inputs[name] = handler;
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Output(FleetOnEngine fleet) : IOutputBinding
    {
        public IReadOnlyList<string> Operations => ["create"];

        public ValueTask<OutputBindingResponse> InvokeAsync(OutputBindingRequest request, CancellationToken cancellationToken)
        {
            fleet.Sent.Enqueue((request.Metadata.GetValueOrDefault("topic") ?? "broker/kickout", Encoding.UTF8.GetString(request.Data.Span)));
            fleet.Happened.Release();
            return ValueTask.FromResult(new OutputBindingResponse(null));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
