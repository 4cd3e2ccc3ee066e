using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Dapr.Actors.Client;
using Dapr.Actors.Runtime;
using Dapr.Client;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices;
using DeviceFleet.ServiceDefaults.Actors;
using EmbeddedDapr.Components;
using EmbeddedDapr.Components.Secrets;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server;
using EmbeddedDapr.Server.InProcess;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceFleet.Provisioning.Tests.Rollouts.Runtime;

/// <summary>
/// One life of services <c>devices</c> and <c>provisioning</c> on the real engine, with the resources of <c>components/local</c>. State, reminders and workflows are in a SQLite file, which
/// outlives it; the broker and the topics are the test's.
/// </summary>
internal sealed class RolloutLife : IAsyncDisposable
{
    private static readonly string Components = typeof(RolloutLife).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "Components").Value!;

    private readonly DaprEngine _engine;
    private readonly List<(WebApplication App, SidecarHost Heads)> _services = [];

    private RolloutLife(DaprEngine engine) => _engine = engine;

    /// <summary>Proxies as a service has them.</summary>
    public IActorProxyFactory Proxies { get; private set; } = null!;

    /// <summary>Client as another service has it.</summary>
    public DaprClient Client { get; private set; } = null!;

    /// <summary>Makes the data folder: keys that the service needs.</summary>
    public static string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("rollouts-test-").FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var secrets = new JsonObject
        {
            [SecretNames.Provisioning] = new JsonObject
            {
                [SecretNames.MasterKey] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)),
                [SecretNames.FirmwareKey] = key.ExportPkcs8PrivateKeyPem(),
            },
        };
        File.WriteAllText(Path.Combine(folder, "secrets.json"), secrets.ToJsonString());
        File.WriteAllText(Path.Combine(folder, "settings.yaml"), string.Empty);
        return folder;
    }

    public static async Task<RolloutLife> StartAsync(string folder, TestWorld world)
    {
        string? Environment(string name) => name switch
        {
            "DEVICEFLEET_DATABASE" => Path.Combine(folder, "state.sqlite"),
            "DEVICEFLEET_MQTT_URL" => "mqtt://127.0.0.1:1",
            _ => null,
        };
        var resources = await ResourceLoader.LoadAsync([Components], inline: null, Environment, CancellationToken.None);
        var catalog = world.AddTo(BuiltInComponents.Catalog().AddSecretStores());
        var life = new RolloutLife(new DaprEngine(new EmbeddedDapr.Actors.ActorRuntimeOptions(), TimeProvider.System, NullLoggerFactory.Instance));
        var sidecars = new List<Task>();
        foreach (var (appId, build) in new (string, Func<string[], Action<WebApplicationBuilder>?, WebApplication>)[]
        {
            (DaprNames.DevicesApp, DevicesService.Build), (DaprNames.ProvisioningApp, ProvisioningService.Build),
        })
        {
            var inProcess = new InProcessApp();
            var sidecar = await life._engine.AddAppAsync(
                new SidecarOptions { AppId = appId }, inProcess.Channel, catalog, resources, Environment, folder, shutdown: null, CancellationToken.None);
            var heads = await SidecarHost.StartAsync(sidecar, new SidecarHostOptions(), CancellationToken.None);
            var app = build(["--environment", "Production"], builder =>
            {
                builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
                {
                    ["Rollouts:TickInterval"] = "00:00:00.1",
                    ["Rollouts:IdleInterval"] = "00:00:01",
                    ["Rollouts:TellInterval"] = "00:00:00",
                    ["Rollouts:KeepInterval"] = "00:00:01",
                    ["Rollouts:TicksPerHistory"] = "10",
                });
                inProcess.Connect(builder, heads, keepOwnServer: false, ContractsJson.Default.Options);
                builder.Logging.ClearProviders();
                builder.Services.AddSingleton<IActorStateManagerFactory>(new StateManagers(inProcess));
            });
            await app.StartAsync();
            life._services.Add((app, heads));
            sidecars.Add(sidecar.StartAsync(CancellationToken.None));
        }

        await Task.WhenAll(sidecars);
        life.Proxies = life._services[0].App.Services.GetRequiredService<IActorProxyFactory>();
        life.Client = life._services[0].App.Services.GetRequiredService<DaprClient>();
        world.Play(life.Proxies);
        return life;
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.StopAsync();
        foreach (var (app, heads) in Enumerable.Reverse(_services))
        {
            await app.DisposeAsync();
            await heads.DisposeAsync();
        }

        await _engine.DisposeAsync();
    }

    private sealed class StateManagers(InProcessApp app) : IActorStateManagerFactory
    {
        public IActorStateManager Create(ActorHost host) => app.CreateStateManager(host);
    }
}
