using System.Net;
using Dapr.Actors.Client;
using Dapr.Client;
using DeviceFleet.Contracts;
using DeviceFleet.Local.Data;
using DeviceFleet.ServiceDefaults.Actors;
using EmbeddedDapr.Components;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server;
using EmbeddedDapr.Server.InProcess;
using Grpc.Net.Client;
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
        var server = new InProcessServer();
        var options = new SidecarOptions { AppId = appId, ApiToken = LocalKeys.NewToken(), AppApiToken = LocalKeys.NewToken() };
        var channel = new InProcessAppChannel(server, options.AppApiToken);
        var sidecar = await engine.AddAppAsync(options, channel, catalog, resources, environment, baseDirectory, shutdown: null, cancellationToken);
        var heads = await SidecarHost.StartAsync(sidecar, new SidecarHostOptions(), cancellationToken);
        WebApplication? app = null;
        try
        {
            app = build([], builder => Customize(builder, server, heads, listen, settings));
            await app.StartAsync(cancellationToken);
            return new InProcessService(appId, app, sidecar, heads, PortOf(app, listen));
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

    private void Customize(WebApplicationBuilder builder, InProcessServer server, SidecarHost heads, IPEndPoint? listen, IReadOnlyList<KeyValuePair<string, string?>> settings)
    {
        var sidecar = heads.Sidecar;
        builder.Configuration.AddInMemoryCollection(
        [
            new("DAPR_HTTP_ENDPOINT", $"http://127.0.0.1:{heads.HttpPort}"),
            new("DAPR_GRPC_ENDPOINT", $"http://127.0.0.1:{heads.GrpcPort}"),
            new("DAPR_HTTP_PORT", $"{heads.HttpPort}"),
            new("DAPR_GRPC_PORT", $"{heads.GrpcPort}"),
            new("DAPR_API_TOKEN", sidecar.Options.ApiToken),
            new("APP_API_TOKEN", sidecar.Options.AppApiToken),
            .. settings,
        ]);

        var services = builder.Services;
        services.Replace(ServiceDescriptor.Singleton(time));
        services.Replace(ServiceDescriptor.Singleton(loggers));
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        services.AddSingleton<IActorStateManagerFactory>(new StateManagers(sidecar));
        services.Replace(ServiceDescriptor.Singleton<IActorProxyFactory>(_ => NewProxyFactory(heads)));
        services.Replace(ServiceDescriptor.Singleton(_ => NewDaprClient(heads)));
        if (listen is null)
        {
            server.Replace(services);
            return;
        }

        server.Wrap(services);
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(listen);
        });
    }

    private static ActorProxyFactory NewProxyFactory(SidecarHost heads)
    {
        var options = new ActorProxyOptions
        {
            HttpEndpoint = $"http://127.0.0.1:{heads.HttpPort}",
            DaprApiToken = heads.Sidecar.Options.ApiToken,
            JsonSerializerOptions = ContractsJson.Default.Options,
        };
        return new ActorProxyFactory(options, new InProcessHttpHandler(heads.Sidecar, heads.Server));
    }

    private static DaprClient NewDaprClient(SidecarHost heads) => new DaprClientBuilder()
        .UseHttpEndpoint($"http://127.0.0.1:{heads.HttpPort}")
        .UseGrpcEndpoint($"http://127.0.0.1:{heads.GrpcPort}")
        .UseDaprApiToken(heads.Sidecar.Options.ApiToken)
        .UseJsonSerializationOptions(ContractsJson.Default.Options)
        .UseGrpcChannelOptions(new GrpcChannelOptions { HttpHandler = new InProcessGrpcHandler(heads.Sidecar), ThrowOperationCanceledOnCancellation = true })
        .Build();

    private static int PortOf(WebApplication app, IPEndPoint? listen) =>
        listen is null ? 0 : app.Urls.Select(url => new Uri(url).Port).FirstOrDefault(listen.Port);

    private sealed class StateManagers(Sidecar sidecar) : IActorStateManagerFactory
    {
        public Dapr.Actors.Runtime.IActorStateManager Create(Dapr.Actors.Runtime.ActorHost host) =>
            new InProcessActorStateManager(sidecar, host.ActorTypeInfo.ActorTypeName, host.Id.GetId(), ContractsJson.Default.Options);
    }
}
