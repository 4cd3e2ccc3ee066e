using System.Net;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Grpc;
using EmbeddedDapr.Server.Http;
using EmbeddedDapr.Server.InProcess;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EmbeddedDapr.Server;

/// <summary>Where the heads of a sidecar listen.</summary>
public sealed record SidecarHostOptions
{
    /// <summary>Addresses, loopback by default.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [IPAddress.Loopback];

    /// <summary>Port of the HTTP API; 0: a free one.</summary>
    public int HttpPort { get; init; }

    /// <summary>Port of the gRPC API (HTTP/2 without TLS); 0: a free one.</summary>
    public int GrpcPort { get; init; }

    /// <summary>Bytes of request line and headers together, 4 KiB by default.</summary>
    public int HeaderBytesMax { get; init; } = 4096;
}

/// <summary>The HTTP and gRPC heads of one sidecar. Started, they listen; disposing stops them. The HTTP head can also be called without a socket.</summary>
public sealed class SidecarHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SidecarHost(Sidecar sidecar, WebApplication app, InProcessServer server, int httpPort, int grpcPort)
    {
        _app = app;
        Sidecar = sidecar;
        Server = server;
        HttpPort = httpPort;
        GrpcPort = grpcPort;
    }

    /// <summary>The sidecar.</summary>
    public Sidecar Sidecar { get; }

    /// <summary>The HTTP head's pipeline, for callers in this process.</summary>
    public InProcessServer Server { get; }

    /// <summary>Port of the HTTP API.</summary>
    public int HttpPort { get; }

    /// <summary>Port of the gRPC API.</summary>
    public int GrpcPort { get; }

    /// <summary>Starts both heads; afterwards the sidecar is outbound ready.</summary>
    public static async Task<SidecarHost> StartAsync(Sidecar sidecar, SidecarHostOptions options, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "EmbeddedDapr.Server", ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        builder.Services.Replace(ServiceDescriptor.Singleton(sidecar.Loggers));
        builder.Services.AddGrpcHead(sidecar);
        var server = new InProcessServer();
        builder.Services.WrapServer(server);
        builder.Services.Configure<KestrelServerOptions>(kestrel => Configure(kestrel, options));

        var app = builder.Build();
        try
        {
            app.MapWhen(IsGrpc, grpc =>
            {
                grpc.UseRouting();
                grpc.UseEndpoints(endpoints => endpoints.MapGrpcService<DaprGrpcService>());
            });
            app.MapApi(sidecar);
            await app.StartAsync(cancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        // Kestrel reports addresses in the order in which they were configured: all of HTTP, then all of gRPC.
        var ports = server.Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => BindingAddress.Parse(address).Port).ToArray();
        sidecar.MarkOutboundReady();
        return new SidecarHost(sidecar, app, server, ports[0], ports[options.Addresses.Count]);
    }

    /// <summary>Stops listening, waiting for calls under way.</summary>
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static void Configure(KestrelServerOptions kestrel, SidecarHostOptions options)
    {
        kestrel.AddServerHeader = false;

        // The API has answers of its own for bodies that are too large.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);

        // Go's server, whose limit callers know, lets 4 KiB more pass than it is told (recorded: runtime-header-limit).
        kestrel.Limits.MaxRequestHeadersTotalSize = options.HeaderBytesMax + 4096;
        kestrel.Limits.MaxRequestLineSize = Math.Min(options.HeaderBytesMax + 4096, (int)kestrel.Limits.MaxRequestBufferSize.GetValueOrDefault(int.MaxValue));
        foreach (var address in options.Addresses)
        {
            kestrel.Listen(address, options.HttpPort, listen => listen.Protocols = HttpProtocols.Http1);
        }

        foreach (var address in options.Addresses)
        {
            kestrel.Listen(address, options.GrpcPort, listen => listen.Protocols = HttpProtocols.Http2);
        }
    }

    private static bool IsGrpc(HttpContext context) => HttpProtocol.IsHttp2(context.Request.Protocol);
}
