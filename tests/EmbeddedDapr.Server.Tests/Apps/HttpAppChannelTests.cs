using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EmbeddedDapr.Apps;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Server.Tests.Apps;

public sealed class HttpAppChannelTests
{
    [Theory]
    [InlineData(false, false, "HTTP/1.1")]
    [InlineData(false, true, "HTTP/2")]
    [InlineData(true, false, "HTTP/1.1")]
    [InlineData(true, true, "HTTP/2")]
    public async Task An_app_is_called_in_its_protocol_whatever_its_certificate(bool tls, bool http2, string protocol)
    {
        using var certificate = SelfSigned();
        await using var app = await StartAsync(listen =>
        {
            listen.Protocols = http2 ? HttpProtocols.Http2 : HttpProtocols.Http1;
            if (tls)
            {
                listen.UseHttps(certificate);
            }
        });
        await using var channel = new HttpAppChannel(
            new HttpAppChannelOptions { Port = new Uri(app.Urls.Single()).Port, Tls = tls, Http2 = http2, ApiToken = "token" }, TimeProvider.System);
        await channel.WaitUntilListeningAsync(TestContext.Current.CancellationToken);

        var whole = await channel.SendAsync(new AppRequest { Method = "POST", Path = "/x", Body = "b"u8.ToArray() }, TestContext.Current.CancellationToken);
        await using var pieces = await channel.OpenAsync(
            new AppStreamRequest { Method = "POST", Path = "/x", Headers = [], Body = new StreamBody(new MemoryStream("b"u8.ToArray()), null) }, TestContext.Current.CancellationToken);
        await using var read = await pieces.BufferAsync(TestContext.Current.CancellationToken);

        Assert.Equal($"{protocol} token b", Encoding.UTF8.GetString(whole.Body.Span));
        Assert.Equal($"{protocol} token b", Encoding.UTF8.GetString(read.Body.Data.Span));
    }

    private static async Task<WebApplication> StartAsync(Action<ListenOptions> listen)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen));
        var app = builder.Build();
        app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync($"{context.Request.Protocol} {context.Request.Headers["dapr-api-token"]} {await reader.ReadToEndAsync()}");
        });
        await app.StartAsync();
        return app;
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=nobody-knows", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(100));
    }
}
