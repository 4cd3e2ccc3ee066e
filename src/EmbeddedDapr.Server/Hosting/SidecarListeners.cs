using System.Net;
using EmbeddedDapr.Server.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EmbeddedDapr.Server.Hosting;

/// <summary>Where Kestrel listens for a sidecar, and with which limits.</summary>
internal static class SidecarListeners
{
    /// <summary>Addresses are reported in this order: HTTP, gRPC, public, metrics.</summary>
    public static void Configure(KestrelServerOptions kestrel, SidecarHostOptions options, TimeProvider time)
    {
        kestrel.AddServerHeader = false;

        // Headers of apps are passed on in the encoding in which they were read.
        kestrel.ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.UTF8;

        // The API has answers of its own for bodies that are too large.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        var headerBytes = options.HeaderBytesMax + HeaderLimit.Slack + HeaderLimit.ToldWithText;
        kestrel.Limits.MaxRequestHeadersTotalSize = headerBytes;
        kestrel.Limits.MaxRequestLineSize = Math.Min(headerBytes, (int)kestrel.Limits.MaxRequestBufferSize.GetValueOrDefault(int.MaxValue));

        // The scheme of an HTTP/2 request is as it says itself: what H2cConnections tells about TLS does not make it https.
        kestrel.AllowAlternateSchemes = options.AcceptsHttp2;
        Listen(kestrel, options.Addresses, options.HttpPort, Head.Http, HttpProtocols.Http1, options.AcceptsHttp2 ? time : null);
        Listen(kestrel, options.Addresses, options.GrpcPort, Head.Grpc, HttpProtocols.Http2);
        Listen(kestrel, options.Ports.PublicAddresses, options.Ports.Public, Head.Public, HttpProtocols.Http1);
        Listen(kestrel, options.Ports.MetricsAddresses, options.Ports.Metrics, Head.Metrics, HttpProtocols.Http1);
    }

    private static void Listen(KestrelServerOptions kestrel, IReadOnlyList<IPAddress> addresses, int? port, Head head, HttpProtocols protocols, TimeProvider? h2c = null)
    {
        if (port is null)
        {
            return;
        }

        var feature = new HeadFeature(head);
        foreach (var address in addresses)
        {
            kestrel.Listen(address, port.Value, listen =>
            {
                listen.Protocols = protocols;
                if (h2c is not null)
                {
                    listen.UseH2c(kestrel.Limits.KeepAliveTimeout, h2c);
                }

                listen.Use(next => connection =>
                {
                    connection.Features.Set(feature);
                    return next(connection);
                });
            });
        }
    }
}
