using System.Net;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Access;
using EmbeddedDapr.Server.Grpc;
using EmbeddedDapr.Server.Hosting;
using EmbeddedDapr.Server.Http;
using EmbeddedDapr.Server.InProcess;
using EmbeddedDapr.Server.Logging;
using EmbeddedDapr.Server.Metrics;
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

    /// <summary>The HTTP port speaks HTTP/2 too, by prior knowledge and by upgrade, as daprd's does; off by default, since nobody in this process needs it.</summary>
    public bool AcceptsHttp2 { get; init; }

    /// <summary>Further ports; none by default.</summary>
    public SidecarPorts Ports { get; init; } = new();

    /// <summary>Origins whose pages may call the HTTP API, each with at most one <c>*</c>; empty: no CORS.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];
}

/// <summary>Ports beside those of the API.</summary>
public sealed record SidecarPorts
{
    /// <summary>Port for health and metadata alone, without token; null: none.</summary>
    public int? Public { get; init; }

    /// <summary>Where the public port listens.</summary>
    public IReadOnlyList<IPAddress> PublicAddresses { get; init; } = [IPAddress.Loopback];

    /// <summary>Port for metrics; null: none.</summary>
    public int? Metrics { get; init; }

    /// <summary>Where metrics are served.</summary>
    public IReadOnlyList<IPAddress> MetricsAddresses { get; init; } = [IPAddress.Loopback];
}

/// <summary>The HTTP and gRPC heads of one sidecar. Started, they listen; disposing stops them. The HTTP head can also be called without a socket.</summary>
public sealed class SidecarHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly MetricsStore? _metrics;

    private SidecarHost(Sidecar sidecar, WebApplication app, InProcessServer server, MetricsStore? metrics, int httpPort, int grpcPort)
    {
        _metrics = metrics;
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
        builder.Services.AddGrpcReflection(sidecar.Tracer);
        var metrics = Measure(sidecar);
        var server = new InProcessServer();
        builder.Services.WrapServer(server);
        options = options with { Addresses = ListenAddresses.Usable(options.Addresses, options.HttpPort) };
        builder.Services.Configure<KestrelServerOptions>(kestrel => SidecarListeners.Configure(kestrel, options, sidecar.Time));

        var app = builder.Build();
        try
        {
            app.MapWhen(IsGrpc, grpc =>
            {
                grpc.UseGrpcMetrics(sidecar.Metrics);
                grpc.UseGrpcApiLog(sidecar);
                grpc.UseGrpcTrace(sidecar.Tracer);
                grpc.UseGrpcApiAccess(sidecar.Options.Configuration);
                grpc.UseRouting();
                grpc.UseEndpoints(endpoints =>
                {
                    endpoints.MapGrpcService<DaprGrpcService>();
                    endpoints.MapGrpcReflection(sidecar.Tracer);
                });
                grpc.UseGrpcFallback(sidecar);
            });
            if (options.Ports.Public is not null)
            {
                app.MapPublicPort(sidecar);
            }

            if (options.Ports.Metrics is not null)
            {
                app.MapMetricsPort(metrics);
            }

            app.UseHttpMetrics(sidecar.Metrics);
            app.UseHttpApiLog(sidecar);
            app.UseHeaderLimit(options.HeaderBytesMax);
            app.MapApi(sidecar, options.AllowedOrigins);
            await app.StartAsync(cancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            metrics?.Dispose();
            throw;
        }

        // Kestrel reports addresses in the order in which they were configured: all of HTTP, then all of gRPC.
        var ports = server.Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => BindingAddress.Parse(address).Port).ToArray();
        sidecar.MarkOutboundReady();
        return new SidecarHost(sidecar, app, server, metrics, ports[0], ports[options.Addresses.Count]);
    }

    /// <summary>Listens no more, and waits for calls under way; those that are not over in time are cut off.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        using var timeout = new CancellationTokenSource(patience, Sidecar.Time);
        await _app.StopAsync(timeout.Token);
    }

    /// <summary>Stops listening; calls under way are cut off.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _metrics?.Dispose();
    }

    /// <summary>Begins to keep what the sidecar measures, and tells what happened before; null: it measures nothing.</summary>
    private static MetricsStore? Measure(Sidecar sidecar)
    {
        if (sidecar.Metrics is not { } metrics)
        {
            return null;
        }

        var buckets = metrics.Configuration.LatencyBuckets;
        var store = new MetricsStore(buckets.Count == 0 ? new() : new() { LatencyBuckets = buckets });
        foreach (var component in sidecar.DescribeComponents())
        {
            metrics.ComponentMade(component.Type);
        }

        sidecar.Resiliency.Observer = metrics;
        return store;
    }

    private static bool IsGrpc(HttpContext context) => context.IsFor(Head.Grpc);
}
