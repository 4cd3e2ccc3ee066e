using System.Net;
using EmbeddedDapr.Runtime;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EmbeddedDapr.Server.Peers;

/// <summary>Where other sidecars of this machine call: a server of its own, since the limits of the API's head are not those between sidecars.</summary>
internal sealed class PeerHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PeerHost(WebApplication app, int port) => (_app, Port) = (app, port);

    /// <summary>Port it listens on.</summary>
    public int Port { get; }

    /// <summary>Starts listening.</summary>
    /// <param name="sidecar">Whose app is called.</param>
    /// <param name="token">What callers must show.</param>
    /// <param name="addresses">Where; loopback must be among them, since that is where peers call.</param>
    /// <param name="port">Port; 0: a free one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<PeerHost> StartAsync(Sidecar sidecar, string token, IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "EmbeddedDapr.Server", ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore();
        builder.Services.Replace(ServiceDescriptor.Singleton(sidecar.Loggers));
        builder.Services.Configure<KestrelServerOptions>(kestrel => Configure(kestrel, addresses, port));
        var app = builder.Build();
        try
        {
            app.Run(context => PeerEndpoint.HandleAsync(context, sidecar, token));
            await app.StartAsync(cancellationToken);
            return new(app, BindingAddress.Parse(app.Urls.First()).Port);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void Configure(KestrelServerOptions kestrel, IReadOnlyList<IPAddress> addresses, int port)
    {
        kestrel.AddServerHeader = false;

        // The caller's sidecar has applied the limits of its API.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxRequestHeadersTotalSize = 1024 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 2000;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 10_000;
        kestrel.RequestHeaderEncodingSelector = static _ => System.Text.Encoding.UTF8;
        kestrel.ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.UTF8;
        foreach (var address in addresses)
        {
            kestrel.Listen(address, port, static listen => listen.Protocols = HttpProtocols.Http2);
        }
    }
}
