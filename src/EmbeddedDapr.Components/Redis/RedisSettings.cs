using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using StackExchange.Redis;

namespace EmbeddedDapr.Components.Redis;

/// <summary>
/// Metadata that all Redis components share (Dapr reference, Redis components): <c>redisHost</c> (one address, or several separated by commas), <c>redisUsername</c>,
/// <c>redisPassword</c>, <c>redisDB</c> (0), <c>redisType</c> (<c>node</c> or <c>cluster</c>), <c>enableTLS</c>, <c>clientCert</c>, <c>clientKey</c>, <c>failover</c>
/// with <c>sentinelMasterName</c>, <c>sentinelUsername</c>, <c>sentinelPassword</c>, <c>dialTimeout</c> (5 s), <c>readTimeout</c> (3 s). Pure.
/// </summary>
internal static class RedisSettings
{
    private const int DefaultPort = 6379;

    /// <summary>A lost connection is looked after as often, so that callers wait little once the server is back.</summary>
    private const int ReconnectMilliseconds = 250;
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(3);

    /// <exception cref="ComponentException">Metadata is missing or wrong.</exception>
    public static ConfigurationOptions Read(ComponentMetadata metadata)
    {
        if (metadata.Flag("useEntraID"))
        {
            throw new ComponentException("useEntraID is not supported");
        }

        var options = new ConfigurationOptions
        {
            // The component fails at start when nothing answers; later the connection comes back by itself.
            AbortOnConnectFail = true,
            ConnectRetry = 1,
            ReconnectRetryPolicy = new LinearRetry(ReconnectMilliseconds),
            HeartbeatInterval = TimeSpan.FromMilliseconds(ReconnectMilliseconds),
            ConnectTimeout = Milliseconds(metadata.Duration("dialTimeout", DialTimeout), DialTimeout),
            AsyncTimeout = Milliseconds(metadata.Duration("readTimeout", ReadTimeout), ReadTimeout),
            SyncTimeout = Milliseconds(metadata.Duration("readTimeout", ReadTimeout), ReadTimeout),
            DefaultDatabase = metadata.Number("redisDB", 0),
            User = metadata.Text("redisUsername"),
            Password = metadata.Text("redisPassword"),
            Ssl = metadata.Flag("enableTLS"),
        };
        foreach (var address in metadata.RequiredText("redisHost").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            options.EndPoints.Add(EndPoint(address));
        }

        switch (metadata.Text("redisType") ?? "node")
        {
            case "node":
                break;
            case "cluster":
                options.DefaultDatabase = 0; // a cluster has no other
                break;
            case var other:
                throw new ComponentException($"metadata property 'redisType' is '{other}', not node or cluster");
        }

        if (metadata.Flag("failover"))
        {
            options.ServiceName = metadata.RequiredText("sentinelMasterName");
        }

        if (metadata.Text("clientCert") is { } certificate && metadata.Text("clientKey") is { } key)
        {
            options.CertificateSelection += (_, _, _, _, _) => X509Certificate2.CreateFromPem(certificate, key);
        }

        return options;
    }

    private static EndPoint EndPoint(string address)
    {
        var colon = address.LastIndexOf(':');
        var host = colon < 0 ? address : address[..colon];
        var port = DefaultPort;
        if (colon >= 0 && !int.TryParse(address[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port))
        {
            throw new ComponentException($"metadata property 'redisHost' is '{address}', not host:port");
        }

        return IPAddress.TryParse(host.Trim('[', ']'), out var ip) ? new IPEndPoint(ip, port) : new DnsEndPoint(host, port);
    }

    // go-redis, which daprd uses, takes −1 for "no time-out"; nothing waits without end here.
    private static int Milliseconds(TimeSpan value, TimeSpan absent) => (int)Math.Min(int.MaxValue, (value > TimeSpan.Zero ? value : absent).TotalMilliseconds);
}
