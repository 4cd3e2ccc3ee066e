using System.Globalization;
using System.Text.Json;
using Dapr.Actors.Client;
using Dapr.Actors.Runtime;
using Dapr.Client;
using EmbeddedDapr.Apps;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace EmbeddedDapr.Server.InProcess;

/// <summary>
/// An app that runs in the engine's process: the engine calls it through <see cref="Channel"/>, and after <see cref="Connect"/> its Dapr SDK calls the engine, both without
/// sockets. Order: make it, add it to the engine with its channel, start its <see cref="SidecarHost"/>, connect and start the app, start the sidecar.
/// </summary>
public sealed class InProcessApp
{
    private SidecarHost? _sidecar;

    /// <summary>Makes an app; <paramref name="apiToken"/> is what the engine shows it on every call (<c>APP_API_TOKEN</c>).</summary>
    public InProcessApp(string? apiToken = null)
    {
        ApiToken = apiToken;
        Channel = new InProcessAppChannel(Server, apiToken);
    }

    /// <summary>Token of the app; null: none.</summary>
    public string? ApiToken { get; }

    /// <summary>The app's server.</summary>
    public InProcessServer Server { get; } = new();

    /// <summary>How the engine calls the app.</summary>
    public IAppChannel Channel { get; }

    /// <summary>
    /// Lets an app under construction use its sidecar: its server, <see cref="DaprClient"/>, <see cref="IActorProxyFactory"/> and the SDK's settings. May be called before or
    /// after the app registers its own.
    /// </summary>
    /// <param name="builder">The app.</param>
    /// <param name="sidecar">Its sidecar, listening.</param>
    /// <param name="keepOwnServer">True: the app also listens on its own addresses. False: it listens nowhere.</param>
    /// <param name="json">How the app's client and actor proxies write JSON; null: the client as the SDK does, proxies as the app's actors do.</param>
    public void Connect(WebApplicationBuilder builder, SidecarHost sidecar, bool keepOwnServer, JsonSerializerOptions? json = null)
    {
        _sidecar = sidecar;
        var options = sidecar.Sidecar.Options;
        builder.Configuration.AddInMemoryCollection(
        [
            new("DAPR_HTTP_PORT", sidecar.HttpPort.ToString(CultureInfo.InvariantCulture)),
            new("DAPR_GRPC_PORT", sidecar.GrpcPort.ToString(CultureInfo.InvariantCulture)),
            new("DAPR_HTTP_ENDPOINT", Address(sidecar.HttpPort)),
            new("DAPR_GRPC_ENDPOINT", Address(sidecar.GrpcPort)),
            new("DAPR_API_TOKEN", options.ApiToken),
            new("APP_API_TOKEN", ApiToken),
        ]);
        if (keepOwnServer)
        {
            builder.Services.WrapServer(Server);
        }
        else
        {
            builder.Services.ReplaceServer(Server);
        }

        builder.Services.Replace(ServiceDescriptor.Singleton(_ => Client(sidecar, options.ApiToken, json)));
        builder.Services.Replace(ServiceDescriptor.Singleton<IActorProxyFactory>(provider => Proxies(sidecar, provider.GetRequiredService<IOptions<ActorRuntimeOptions>>().Value, json)));
    }

    /// <summary>A state manager for an actor of this app that needs no HTTP. To be given to <c>Actor.StateManager</c>.</summary>
    public IActorStateManager CreateStateManager(ActorHost host) =>
        new InProcessActorStateManager((_sidecar ?? throw new InvalidOperationException("The app is not connected.")).Sidecar, host);

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    private static DaprClient Client(SidecarHost sidecar, string? apiToken, JsonSerializerOptions? json)
    {
        // What the table does not know (streaming rpcs) goes over loopback.
        var handler = new InProcessGrpcHandler(sidecar.Sidecar, new SocketsHttpHandler { UseProxy = false, EnableMultipleHttp2Connections = true });
        var builder = new DaprClientBuilder()
            .UseHttpEndpoint(Address(sidecar.HttpPort))
            .UseGrpcEndpoint(Address(sidecar.GrpcPort))
            .UseGrpcChannelOptions(new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        if (json is not null)
        {
            builder.UseJsonSerializationOptions(json);
        }

        return apiToken is null ? builder.Build() : builder.UseDaprApiToken(apiToken).Build();
    }

    private static ActorProxyFactory Proxies(SidecarHost sidecar, ActorRuntimeOptions options, JsonSerializerOptions? json) => new(
        new ActorProxyOptions
        {
            HttpEndpoint = Address(sidecar.HttpPort),
            DaprApiToken = sidecar.Sidecar.Options.ApiToken,
            JsonSerializerOptions = json ?? options.JsonSerializerOptions,
            UseJsonSerialization = options.UseJsonSerialization,
        },
        (HttpMessageHandler)new InProcessHttpHandler(sidecar.Sidecar, sidecar.Server));
}
