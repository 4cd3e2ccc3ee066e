using Dapr.Actors;
using Dapr.Actors.Client;
using Dapr.Client;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Components;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.InProcess;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Tests.Shared;

namespace EmbeddedDapr.Server.Tests.Apps;

/// <summary>An engine, one app with actors, and its sidecar, wired in one of the two ways.</summary>
public sealed class AppHarness : IAsyncDisposable
{
    private readonly DaprEngine _engine;
    private readonly WebApplication _app;
    private readonly SidecarHost _host;

    private AppHarness(DaprEngine engine, WebApplication app, SidecarHost host, FakeTimeProvider time)
    {
        _engine = engine;
        _app = app;
        _host = host;
        Time = time;
        Events = app.Services.GetRequiredService<AppEvents>();
        Proxies = app.Services.GetRequiredService<IActorProxyFactory>();
        Client = app.Services.GetRequiredService<DaprClient>();
    }

    public FakeTimeProvider Time { get; }

    public AppEvents Events { get; }

    public IActorProxyFactory Proxies { get; }

    public DaprClient Client { get; }

    public Sidecar Sidecar => _host.Sidecar;

    public SidecarHost Host => _host;

    public ActorProxy Counter(string id) => Proxies.Create(new ActorId(id), "Counter");

    public static async Task<AppHarness> StartAsync(bool inProcess, Action<ActorTypeSetup>? setup = null, string? apiToken = null)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var types = new ActorTypeSetup();
        setup?.Invoke(types);
        var engine = new DaprEngine(types.Engine, time, NullLoggerFactory.Instance);
        var app = new InProcessApp("app-token");
        var port = Ports.Free();
        IAppChannel channel = inProcess ? app.Channel : new HttpAppChannel(new HttpAppChannelOptions { Port = port, ApiToken = "app-token" }, time);
        var sidecar = await engine.AddAppAsync(
            new SidecarOptions { AppId = "counter-app", ApiToken = apiToken },
            channel,
            BuiltInComponents.Catalog(),
            Resources(),
            _ => null,
            Path.GetTempPath(),
            shutdown: null,
            TestContext.Current.CancellationToken);
        var host = await SidecarHost.StartAsync(sidecar, new SidecarHostOptions(), TestContext.Current.CancellationToken);
        var service = Build(app, host, inProcess, port, types);
        await service.StartAsync(TestContext.Current.CancellationToken);
        await sidecar.StartAsync(TestContext.Current.CancellationToken);
        return new AppHarness(engine, service, host, time);
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.StopAsync();
        await _app.DisposeAsync();
        await _host.DisposeAsync();
        await _engine.DisposeAsync();
    }

    private static WebApplication Build(InProcessApp app, SidecarHost host, bool inProcess, int port, ActorTypeSetup types)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        if (inProcess)
        {
            app.Connect(builder, host, keepOwnServer: false);
            builder.Services.AddSingleton(new StateManagers(app.CreateStateManager));
        }
        else
        {
            builder.Configuration.AddInMemoryCollection(
            [
                new("DAPR_HTTP_PORT", $"{host.HttpPort}"),
                new("DAPR_GRPC_PORT", $"{host.GrpcPort}"),
                new("DAPR_API_TOKEN", host.Sidecar.Options.ApiToken),
            ]);
        }

        builder.Services.AddSingleton<AppEvents>();
        builder.Services.AddDaprClient();
        builder.Services.AddActors(options =>
        {
            options.ActorIdleTimeout = types.IdleTimeout;
            options.ReentrancyConfig = new ActorReentrancyConfig { Enabled = types.Reentrant, MaxStackDepth = 8 };
            options.Actors.RegisterActor<CounterActor>("Counter");
        });
        var service = builder.Build();
        service.MapActorsHandlers();
        return service;
    }

    private static ResourceSet Resources() => new()
    {
        Components =
        [
            new ComponentResource
            {
                Spec = new ComponentSpec { Name = "statestore", Type = "state.in-memory", Metadata = ComponentMetadata.Empty },
                Entries = [new MetadataEntry("actorStateStore", "true")],
            },
        ],
    };
}

/// <summary>What a test wants of the actors.</summary>
public sealed class ActorTypeSetup
{
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromHours(1);

    public bool Reentrant { get; set; }

    public ActorRuntimeOptions Engine { get; set; } = new();
}
