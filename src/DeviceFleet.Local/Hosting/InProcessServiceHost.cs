using System.Net;
using Dapr.Actors.Runtime;
using DeviceFleet.Contracts;
using DeviceFleet.Local.Data;
using DeviceFleet.ServiceDefaults.Actors;
using EmbeddedDapr.Components;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server;
using EmbeddedDapr.Server.InProcess;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DeviceFleet.Local.Hosting;

/// <summary>
/// Runs services in this process, each with a sidecar of its own: the sidecar calls the service through its pipeline, the service's SDK calls the sidecar through message
/// handlers; only the SDK's rare timer and reminder calls go over loopback. The services notice nothing of it.
/// </summary>
internal sealed class InProcessServiceHost(
    DaprEngine engine,
    ComponentCatalog catalog,
    ResourceSet resources,
    Func<string, string?> environment,
    string baseDirectory,
    TimeProvider time,
    ILoggerFactory loggers)
{
    /// <summary>Adds a service and starts it; its sidecar is outbound ready, and is started by the caller once all services are there.</summary>
    /// <param name="appId">App id.</param>
    /// <param name="build">The service.</param>
    /// <param name="listen">Where it also listens for others; null: nowhere.</param>
    /// <param name="settings">Configuration of the service.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<InProcessService> AddAsync(
        string appId,
        Func<string[], Action<WebApplicationBuilder>?, WebApplication> build,
        IPEndPoint? listen,
        IReadOnlyList<KeyValuePair<string, string?>> settings,
        CancellationToken cancellationToken)
    {
        var inProcess = new InProcessApp(LocalKeys.NewToken());
        var options = new SidecarOptions { AppId = appId, ApiToken = LocalKeys.NewToken(), AppApiToken = inProcess.ApiToken };
        var sidecar = await engine.AddAppAsync(options, inProcess.Channel, catalog, resources, environment, baseDirectory, shutdown: null, cancellationToken);
        var heads = await SidecarHost.StartAsync(sidecar, new SidecarHostOptions(), cancellationToken);
        WebApplication? app = null;
        try
        {
            app = build([], builder => Customize(builder, inProcess, heads, listen, settings));
            await app.StartAsync(cancellationToken);
            return new InProcessService(appId, app, sidecar, heads, listen is null ? 0 : PortOf(app, listen));
        }
        catch
        {
            if (app is not null)
            {
                await app.DisposeAsync();
            }

            await heads.DisposeAsync();
            throw;
        }
    }

    private void Customize(
        WebApplicationBuilder builder,
        InProcessApp inProcess,
        SidecarHost heads,
        IPEndPoint? listen,
        IReadOnlyList<KeyValuePair<string, string?>> settings)
    {
        builder.Configuration.AddInMemoryCollection(settings);
        inProcess.Connect(builder, heads, keepOwnServer: listen is not null, ContractsJson.Default.Options);
        var services = builder.Services;
        services.Replace(ServiceDescriptor.Singleton(time));
        services.Replace(ServiceDescriptor.Singleton(loggers));
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        services.AddSingleton<IActorStateManagerFactory>(new StateManagers(inProcess));
        if (listen is not null)
        {
            services.Configure<KestrelServerOptions>(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Listen(listen);
            });
        }
    }

    private static int PortOf(WebApplication app, IPEndPoint listen) => app.Urls.Select(url => new Uri(url).Port).FirstOrDefault(listen.Port);

    private sealed class StateManagers(InProcessApp app) : IActorStateManagerFactory
    {
        public IActorStateManager Create(ActorHost host) => app.CreateStateManager(host);
    }
}
