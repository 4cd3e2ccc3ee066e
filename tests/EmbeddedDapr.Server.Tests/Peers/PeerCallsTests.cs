using System.Net;
using System.Text;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Components;
using EmbeddedDapr.Peers;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Peers;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmbeddedDapr.Server.Tests.Peers;

/// <summary>Two sidecars as two processes have them: each with an engine, ports and a directory of its own; only the folder is shared.</summary>
public sealed class PeerCallsTests : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "peers-" + Path.GetRandomFileName());
    private readonly List<IAsyncDisposable> _running = [];
    private SidecarHost _caller = null!;
    private PeerHost _calleePeers = null!;

    public async ValueTask InitializeAsync()
    {
        var app = await StartAppAsync(HttpProtocols.Http1);
        var grpcApp = await StartAppAsync(HttpProtocols.Http2);
        (_caller, _) = await StartAsync("app1", null);
        (_, _calleePeers) = await StartAsync("app2", app);
        await StartAsync("app3", grpcApp, http2: true);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_running))
        {
            await part.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_call_reaches_the_other_app_and_its_answer_comes_back()
    {
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{_caller.HttpPort}") };
        using var request = new HttpRequestMessage(HttpMethod.Put, "/v1.0/invoke/app2/method/a/b%20c?q=1") { Content = new StringContent("body") };
        request.Headers.Add("dapr-caller-app-id", "somebody");

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode)418, response.StatusCode);
        Assert.Equal("yes", response.Headers.GetValues("x-app").Single());
        Assert.Equal(string.Empty, response.Headers.GetValues("x-empty").Single());
        Assert.Equal("PUT /a/b%20c?q=1 app1 body", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_stream_of_an_unknown_service_is_passed_on_both_ways()
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{_caller.GrpcPort}");
        var bytes = Marshallers.Create(static (byte[] message) => message, static message => message);
        var method = new Method<byte[], byte[]>(MethodType.DuplexStreaming, "my.Echo", "Talk", bytes, bytes);
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(method, null, new CallOptions(new Metadata { { "dapr-app-id", "app3" } }));

        foreach (var word in (string[])["one", "two"])
        {
            await call.RequestStream.WriteAsync(Encoding.UTF8.GetBytes(word), TestContext.Current.CancellationToken);
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            Assert.Equal(word, Encoding.UTF8.GetString(call.ResponseStream.Current));
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal("end", call.GetTrailers().GetValue("x-last"));
    }

    [Theory]
    [InlineData("app2", StatusCode.Unavailable)]
    [InlineData("nobody", StatusCode.Unknown)]
    [InlineData(null, StatusCode.Unknown)]
    public async Task A_call_that_no_app_can_take_ends_with_a_status(string? appId, StatusCode code)
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{_caller.GrpcPort}");
        var bytes = Marshallers.Create(static (byte[] message) => message, static message => message);
        var method = new Method<byte[], byte[]>(MethodType.Unary, "my.Echo", "Say", bytes, bytes);
        var metadata = appId is null ? [] : new Metadata { { "dapr-app-id", appId } };

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(metadata), [1]));

        Assert.Equal(code, refused.StatusCode);
    }

    [Fact]
    public async Task A_caller_that_does_not_know_the_token_is_sent_away()
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{_calleePeers.Port}/invoke")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Add("embedded-dapr-token", "guessed");
        request.Headers.Add("embedded-dapr-callee", "app2");

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.MisdirectedRequest, response.StatusCode);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.ContentType == "application/grpc")
        {
            context.Response.ContentType = "application/grpc";
            context.Response.DeclareTrailer("grpc-status");
            await context.Request.Body.CopyToAsync(context.Response.Body);
            context.Response.AppendTrailer("grpc-status", "0");
            context.Response.AppendTrailer("x-last", "end");
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        context.Response.StatusCode = StatusCodes.Status418ImATeapot;
        context.Response.Headers["x-app"] = "yes";
        context.Response.Headers["x-empty"] = string.Empty;
        var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        await context.Response.WriteAsync($"{context.Request.Method} {target} {context.Request.Headers["dapr-caller-app-id"]} {await reader.ReadToEndAsync()}");
    }

    private async Task<int> StartAppAsync(HttpProtocols protocols)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        var app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync();
        _running.Add(app);
        return new Uri(app.Urls.Single()).Port;
    }

    private async Task<(SidecarHost Host, PeerHost Peers)> StartAsync(string appId, int? appPort, bool http2 = false)
    {
        var token = Guid.NewGuid().ToString();
        var directory = PeerDirectory.Open(_folder, appId, token, new Dictionary<string, int>(), TimeProvider.System, processId: _running.Count);
        var engine = new DaprEngine(new(), TimeProvider.System, NullLoggerFactory.Instance);
        var app = appPort is { } port ? new HttpAppChannel(new HttpAppChannelOptions { Port = port, Http2 = http2 }, TimeProvider.System) : null;
        var sidecar = engine.AddApp(new SidecarOptions { AppId = appId, Peers = directory }, app, new SidecarComponents(), ResourceSet.Empty);
        var host = await SidecarHost.StartAsync(sidecar, new SidecarHostOptions(), TestContext.Current.CancellationToken);
        var peers = await PeerHost.StartAsync(sidecar, token, [IPAddress.Loopback], 0, TestContext.Current.CancellationToken);
        Assert.True(directory.Publish(peers.Port, host.HttpPort));
        _running.AddRange([engine, host, peers, new Held(directory)]);
        return (host, peers);
    }

    private sealed class Held(IDisposable inner) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            inner.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
