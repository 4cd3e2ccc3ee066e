using System.Net;
using System.Net.Sockets;
using System.Text;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Components;
using EmbeddedDapr.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmbeddedDapr.Server.Tests.Hosting;

/// <summary>The HTTP port of a process speaks HTTP/1.1 and HTTP/2.</summary>
public sealed class H2cTests : IAsyncLifetime
{
    private const string Upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n";
    private readonly DaprEngine _engine = new(new ActorRuntimeOptions(), TimeProvider.System, NullLoggerFactory.Instance);
    private SidecarHost? _host;

    public async ValueTask InitializeAsync()
    {
        var sidecar = _engine.AddApp(new SidecarOptions { AppId = "app" }, null, new SidecarComponents(), ResourceSet.Empty);
        _host = await SidecarHost.StartAsync(sidecar, new SidecarHostOptions { AcceptsHttp2 = true }, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _host!.DisposeAsync();
        await _engine.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Both_versions_are_served_without_TLS(int version)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_host!.HttpPort}"), DefaultRequestVersion = new Version(version, version == 1 ? 1 : 0), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var put = await client.PutAsync(new Uri("/v1.0/metadata/k", UriKind.Relative), new StringContent("v"), TestContext.Current.CancellationToken);
        using var get = await client.GetAsync(new Uri("/v1.0/metadata", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.NoContent, version), (put.StatusCode, put.Version.Major));
        Assert.Contains("\"k\":\"v\"", await get.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upgrade_is_answered_with_101_and_then_over_HTTP2()
    {
        using var socket = await SendAsync($"GET /v1.0/metadata HTTP/1.1\r\nHost: x\r\n{Upgrade}X-Long: {new string('x', 500)}\r\n\r\n");

        var switching = await ReadTextAsync(socket, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n".Length);
        Assert.StartsWith("HTTP/1.1 101 ", switching, StringComparison.Ordinal);

        // The client's preface and settings; then the server's frames until the one that ends stream 1.
        await socket.SendAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0]);
        var body = new StringBuilder();
        for (var ended = false; !ended;)
        {
            var (type, flags, stream, payload) = await ReadFrameAsync(socket);
            body.Append(type == 0 && stream == 1 ? Encoding.UTF8.GetString(payload) : string.Empty);
            ended = stream == 1 && (flags & 1) == 1;
        }

        Assert.StartsWith("""{"id":"app",""", body.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /v1.0/healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: !\r\n\r\n")]
    [InlineData("GET /v1.0/healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")]
    [InlineData("PUT /v1.0/metadata/k HTTP/1.1\r\nHost: x\r\n" + Upgrade + "Content-Length: 1\r\n\r\nv")]
    [InlineData("PUT /v1.0/metadata/k HTTP/1.1\r\nHost: x\r\n" + Upgrade + "Transfer-Encoding: chunked\r\n\r\n1\r\nv\r\n0\r\n\r\n")]
    public async Task What_is_no_upgrade_is_answered_over_HTTP1(string request)
    {
        using var socket = await SendAsync(request);

        Assert.DoesNotContain("101", await ReadTextAsync(socket, "HTTP/1.1 500".Length), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preface_may_come_letter_by_letter()
    {
        using var socket = await SendAsync("P");
        await socket.SendAsync("RI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await socket.SendAsync((byte[])[0, 0, 0, 4, 0, 0, 0, 0, 0]);

        Assert.Equal(4, (await ReadFrameAsync(socket)).Type);
    }

    private async Task<Socket> SendAsync(string text)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, _host!.HttpPort, TestContext.Current.CancellationToken);
        await socket.SendAsync(Encoding.Latin1.GetBytes(text));
        return socket;
    }

    private static async Task<string> ReadTextAsync(Socket socket, int length) => Encoding.Latin1.GetString(await ReadAsync(socket, length));

    private static async Task<(int Type, int Flags, int Stream, byte[] Payload)> ReadFrameAsync(Socket socket)
    {
        var header = await ReadAsync(socket, 9);
        return (header[3], header[4], header[8], await ReadAsync(socket, (header[0] << 16) | (header[1] << 8) | header[2]));
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int length)
    {
        var bytes = new byte[length];
        for (var at = 0; at < length;)
        {
            var read = await socket.ReceiveAsync(bytes.AsMemory(at), TestContext.Current.CancellationToken);
            Assert.True(read > 0, $"The connection ended after {at} of {length} bytes.");
            at += read;
        }

        return bytes;
    }
}
