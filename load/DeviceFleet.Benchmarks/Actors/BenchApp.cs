using System.Net;
using System.Net.Sockets;
using Dapr.Actors;
using Dapr.Actors.Client;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Components;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server;
using EmbeddedDapr.Server.InProcess;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceFleet.Benchmarks.Actors;

/// <summary>An engine and an app with actors in this process, connected in one of the two ways; state in SQLite.</summary>
internal sealed class BenchApp : IAsyncDisposable
{
    private readonly DaprEngine _engine;
    private readonly WebApplication _app;
    private readonly SidecarHost _host;
    private readonly IActorProxyFactory _proxies;

    private BenchApp(DaprEngine engine, WebApplication app, SidecarHost host)
    {
        _engine = engine;
        _app = app;
        _host = host;
        _proxies = app.Services.GetRequiredService<IActorProxyFactory>();
        Ticks = app.Services.GetRequiredService<Ticks>();
    }

    public Sidecar Sidecar => _host.Sidecar;

    public Ticks Ticks { get; }

    public static async Task<BenchApp> StartAsync(bool inProcess, string folder)
    {
        var engine = new DaprEngine(new ActorRuntimeOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        var app = new InProcessApp();
        var port = FreePort();
        IAppChannel channel = inProcess ? app.Channel : new HttpAppChannel(new HttpAppChannelOptions { Port = port }, TimeProvider.System);
        var store = new ComponentResource
        {
            Spec = new ComponentSpec { Name = "statestore", Type = "state.sqlite", Metadata = ComponentMetadata.Empty },
            Entries = [new MetadataEntry("actorStateStore", "true"), new MetadataEntry("connectionString", "actors.db")],
        };
        var sidecar = await engine.AddAppAsync(
            new SidecarOptions { AppId = "bench" },
            channel,
            BuiltInComponents.Catalog(),
            new ResourceSet { Components = [store] },
            static _ => null,
            folder,
            shutdown: null,
            CancellationToken.None);
        var host = await SidecarHost.StartAsync(sidecar, new SidecarHostOptions(), CancellationToken.None);
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
            builder.Configuration.AddInMemoryCollection([new("DAPR_HTTP_PORT", $"{host.HttpPort}")]);
        }

        builder.Services.AddSingleton<Ticks>();
        builder.Services.AddActors(options => options.Actors.RegisterActor<BenchActor>("Bench"));
        var service = builder.Build();
        service.MapActorsHandlers();
        await service.StartAsync();
        await sidecar.StartAsync(CancellationToken.None);
        return new BenchApp(engine, service, host);
    }

    public ActorProxy Proxy(string id) => _proxies.Create(new ActorId(id), "Bench");

    public async ValueTask DisposeAsync()
    {
        await _engine.StopAsync();
        await _app.DisposeAsync();
        await _host.DisposeAsync();
        await _engine.DisposeAsync();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
