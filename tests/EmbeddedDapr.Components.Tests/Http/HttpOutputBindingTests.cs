using System.Net;
using System.Net.Sockets;
using System.Text;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.Components.Tests.Conformance;

namespace EmbeddedDapr.Components.Tests.Http;

/// <summary>Dapr docs, HTTP binding spec; recorded: resiliency-outbound-retry.</summary>
public sealed class HttpOutputBindingTests : IDisposable
{
    private readonly HttpListener _server = new();
    private readonly string _url = $"http://127.0.0.1:{FreePort()}";

    public HttpOutputBindingTests()
    {
        _server.Prefixes.Add(_url + "/");
        _server.Start();
    }

    public void Dispose() => _server.Close();

    [Fact]
    public async Task The_operation_is_the_method_and_capital_metadata_are_headers()
    {
        var serving = ServeAsync(200, "pong");

        var answer = await InvokeAsync(new("create", "ping"u8.ToArray(), new Dictionary<string, string> { ["path"] = "/a?b=c", ["X-Note"] = "n", ["lower"] = "l", ["traceparent"] = "t" }));

        var (request, body) = await serving;
        Assert.Equal(("POST", "/base/a?b=c", "ping"), (request.HttpMethod, request.RawUrl, body));
        Assert.Equal(("n", null, "t"), (request.Headers["X-Note"], request.Headers["lower"], request.Headers["traceparent"]));
        Assert.Equal(("application/json; charset=utf-8", "application/json; charset=utf-8"), (request.ContentType, request.Headers["Accept"]));
        Assert.Equal("pong", Encoding.UTF8.GetString(answer.Data!.Value.Span));
        Assert.Equal(("200", "200 OK", "yes"), (answer.Metadata!["statusCode"], answer.Metadata["status"], answer.Metadata["X-Answer"]));
    }

    [Fact]
    public async Task Another_status_is_a_failure_that_tells_its_metadata_unless_the_request_says_otherwise()
    {
        var serving = ServeAsync(404, "gone");
        var failure = await Assert.ThrowsAsync<OutputBindingException>(() => InvokeAsync(new("get", default, new Dictionary<string, string>())));
        await serving;
        Assert.Equal(("received status code 404", "404"), (failure.Message, failure.Response.Metadata!["statusCode"]));

        serving = ServeAsync(404, "gone");
        var answer = await InvokeAsync(new("get", default, new Dictionary<string, string> { ["errorIfNot2XX"] = "false" }));
        await serving;
        Assert.Equal("gone", Encoding.UTF8.GetString(answer.Data!.Value.Span));
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    private async Task<OutputBindingResponse> InvokeAsync(OutputBindingRequest request)
    {
        await using var binding = await BuiltInComponents.Catalog().OutputBindings["bindings.http"](
            TestComponents.Spec("bindings.http", ("url", _url + "/base/")), TestComponents.Context(TimeProvider.System, "/"), CancellationToken.None);
        return await binding.InvokeAsync(request, TestContext.Current.CancellationToken);
    }

    private async Task<(HttpListenerRequest Request, string Body)> ServeAsync(int status, string answer)
    {
        var context = await _server.GetContextAsync();
        using var reader = new StreamReader(context.Request.InputStream);
        var body = await reader.ReadToEndAsync();
        context.Response.StatusCode = status;
        context.Response.AddHeader("X-Answer", "yes");
        context.Response.Close(Encoding.UTF8.GetBytes(answer), willBlock: false);
        return (context.Request, body);
    }
}
