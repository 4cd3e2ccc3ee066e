using Dapr.Actors;
using Dapr.Actors.Client;
using Dapr.Actors.Runtime;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices;
using DeviceFleet.Devices.Settings;
using DeviceFleet.ServiceDefaults.Actors;
using EmbeddedDapr.Components;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server;
using EmbeddedDapr.Server.InProcess;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceFleet.Benchmarks.Actors;

/// <summary>Service <c>devices</c> as it is, in process with its sidecar; state and topics in SQLite, alarm rules from a file.</summary>
internal sealed class FleetBenchApp : IAsyncDisposable
{
    private readonly DaprEngine _engine;
    private readonly WebApplication _app;
    private readonly SidecarHost _host;
    private readonly IActorProxyFactory _proxies;

    private FleetBenchApp(DaprEngine engine, WebApplication app, SidecarHost host)
    {
        _engine = engine;
        _app = app;
        _host = host;
        _proxies = app.Services.GetRequiredService<IActorProxyFactory>();
    }

    /// <param name="rules">Alarm rules as JSON, by id.</param>
    /// <param name="folder">Where the database is.</param>
    public static async Task<FleetBenchApp> StartAsync(IReadOnlyDictionary<string, string> rules, string folder)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllLinesAsync(
            Path.Combine(folder, "settings.yaml"), rules.Select(rule => $"{SettingKeys.RulePrefix}{rule.Key}: '{rule.Value}'").Prepend("# rules"));
        var engine = new DaprEngine(new EmbeddedDapr.Actors.ActorRuntimeOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        var inProcess = new InProcessApp();
        var sidecar = await engine.AddAppAsync(
            new SidecarOptions { AppId = DaprNames.DevicesApp },
            inProcess.Channel,
            BuiltInComponents.Catalog(),
            new ResourceSet
            {
                Components =
                [
                    Component(DaprNames.ActorStateStore, "state.sqlite", new MetadataEntry("actorStateStore", "true"), new MetadataEntry("connectionString", "fleet.db")),
                    Component(DaprNames.PubSub, "pubsub.sqlite", new MetadataEntry("connectionString", "fleet.db")),
                    Component(DaprNames.ConfigurationStore, "configuration.file", new MetadataEntry("file", "settings.yaml")),
                ],
            },
            static _ => null,
            folder,
            shutdown: null,
            CancellationToken.None);
        var host = await SidecarHost.StartAsync(sidecar, new SidecarHostOptions(), CancellationToken.None);
        var app = DevicesService.Build([], builder =>
        {
            builder.Logging.ClearProviders();
            inProcess.Connect(builder, host, keepOwnServer: false, ContractsJson.Default.Options);
            builder.Services.AddSingleton<IActorStateManagerFactory>(new InProcessState(inProcess));
        });
        await app.StartAsync();
        await sidecar.StartAsync(CancellationToken.None);
        await app.Services.GetRequiredService<SettingsFeed>().UntilAsync(book => book.Accepted.Rules.Count == rules.Count);
        return new FleetBenchApp(engine, app, host);
    }

    public ActorProxy Device(string id) => _proxies.Create(new ActorId(id), DeviceActorMethods.ActorType);

    public async ValueTask DisposeAsync()
    {
        await _engine.StopAsync();
        await _app.DisposeAsync();
        await _host.DisposeAsync();
        await _engine.DisposeAsync();
    }

    private static ComponentResource Component(string name, string type, params MetadataEntry[] entries) =>
        new() { Spec = new ComponentSpec { Name = name, Type = type, Metadata = ComponentMetadata.Empty }, Entries = entries };

    private sealed class InProcessState(InProcessApp app) : IActorStateManagerFactory
    {
        public IActorStateManager Create(ActorHost host) => app.CreateStateManager(host);
    }
}
