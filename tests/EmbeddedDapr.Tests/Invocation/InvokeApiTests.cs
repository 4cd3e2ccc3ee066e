using System.Text;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Components;
using EmbeddedDapr.Invocation;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Runtime.Configuration;
using EmbeddedDapr.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EmbeddedDapr.Tests.Invocation;

public sealed class InvokeApiTests : IAsyncDisposable
{
    private const string Retries = """
        apiVersion: dapr.io/v1alpha1
        kind: Resiliency
        metadata: { name: r }
        spec:
          policies: { retries: { r: { duration: 0s, maxRetries: 2 } } }
          targets: { apps: { app2: { retry: r } } }
        """;

    private readonly DaprEngine _engine = new(new(), new FakeTimeProvider(), NullLoggerFactory.Instance);

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task The_own_app_is_called_without_a_hop()
    {
        var app = FakeApp.Answering(201, "made");
        var sidecar = Add("app1", app);

        var result = await sidecar.Invoke.InvokeAsync(Request("app1"), TestContext.Current.CancellationToken);

        Assert.Equal((201, "made"), (result.Exchange!.Status, Text(result)));
        Assert.Equal(("PUT", "/a/b%20c", "q=1"), (app.Requests[0].Method, app.Requests[0].Path, app.Requests[0].Query));
        Assert.Equal("app1", Header(app, "dapr-caller-app-id"));
        Assert.Equal("10.0.0.1", Header(app, "X-Forwarded-For"));
    }

    [Fact]
    public async Task Another_app_of_the_engine_learns_who_calls_and_through_whom()
    {
        var app = FakeApp.Answering(200);
        var caller = Add("app1", null);
        Add("app2", app);

        var result = await caller.Invoke.InvokeAsync(Request("app2"), TestContext.Current.CancellationToken);

        Assert.Equal(200, result.Exchange!.Status);
        Assert.Equal(("app1", "app2", "default"), (Header(app, "dapr-caller-app-id"), Header(app, "dapr-callee-app-id"), Header(app, "dapr-caller-namespace")));
        Assert.Equal("10.0.0.1, 127.0.0.1", Header(app, "X-Forwarded-For"));
        Assert.Equal("00-00000000000000000000000000000000-0000000000000000-00", Header(app, "traceparent"));
    }

    [Theory]
    [InlineData("deny", false)]
    [InlineData("allow", true)]
    [InlineData("", true)]
    public async Task Access_control_asks_the_callee_and_not_the_own_app(string action, bool allowed)
    {
        var configuration = new RuntimeConfiguration { AccessControl = new AccessControlConfiguration(action, "public", []) };
        var caller = Add("app1", FakeApp.Answering(200), configuration: configuration);
        Add("app2", FakeApp.Answering(200), configuration: configuration);

        var own = await caller.Invoke.InvokeAsync(Request("app1"), TestContext.Current.CancellationToken);
        var other = await caller.Invoke.InvokeAsync(Request("app2"), TestContext.Current.CancellationToken);

        Assert.NotNull(own.Exchange);
        Assert.Equal(allowed ? null : GrpcCode.PermissionDenied, other.Fault?.Code);
        Assert.Equal(allowed ? 500 : 403, ApiErrors.DirectInvoke("app2", other.Fault ?? new("none")).HttpStatus);
    }

    [Theory]
    [InlineData("nobody", "no host found with the given ID")]
    [InlineData("", "app id is empty")]
    [InlineData("a.b.c", "invalid app id a.b.c")]
    [InlineData("app1", "cannot invoke local endpoint: app channel not initialized")]
    [InlineData("app2", "rpc error: code = Internal desc = app channel is not initialized")]
    public async Task Who_cannot_be_called_is_told(string appId, string text)
    {
        var caller = Add("app1", null);
        Add("app2", null);

        var result = await caller.Invoke.InvokeAsync(Request(appId), TestContext.Current.CancellationToken);

        Assert.Equal($"failed to invoke, id: {appId}, err: {text}", ApiErrors.DirectInvoke(appId, result.Fault!).Message);
    }

    [Fact]
    public async Task Under_a_policy_a_body_that_comes_once_is_sent_each_time_and_the_last_answer_counts()
    {
        var status = 500;
        var app = new FakeApp(_ => FakeApp.Response(status++, "answer"));
        var caller = Add("app1", null, ResourceLoader.Parse("r.yaml", Retries));
        Add("app2", app);

        var result = await caller.Invoke.InvokeAsync(
            Request("app2") with { Body = new StreamBody(new MemoryStream("body"u8.ToArray()), 4) }, TestContext.Current.CancellationToken);

        Assert.Equal((502, "answer"), (result.Exchange!.Status, Text(result)));
        Assert.Equal(["body", "body", "body"], app.Requests.Select(request => Encoding.UTF8.GetString(request.Body.Span)));
    }

    [Fact]
    public async Task A_body_of_unknown_length_is_sent_once()
    {
        var app = FakeApp.Answering(500);
        var caller = Add("app1", null, ResourceLoader.Parse("r.yaml", Retries));
        Add("app2", app);

        var result = await caller.Invoke.InvokeAsync(
            Request("app2") with { Body = new StreamBody(new MemoryStream("body"u8.ToArray()), null) }, TestContext.Current.CancellationToken);

        Assert.Equal(500, result.Exchange!.Status);
        Assert.Single(app.Requests);
    }

    [Fact]
    public async Task A_slot_of_the_app_is_taken_until_the_answer_has_been_read()
    {
        await using var limited = new LimitedAppChannel(FakeApp.Answering(200), 1);
        var first = await limited.OpenAsync(new AppStreamRequest { Method = "GET", Path = "/", Headers = [] }, TestContext.Current.CancellationToken);

        var second = limited.SendAsync(new AppRequest { Method = "GET", Path = "/" }, TestContext.Current.CancellationToken);
        Assert.False(second.IsCompleted);

        await first.DisposeAsync();
        await first.DisposeAsync();
        Assert.Equal(200, (await second).Status);
    }

    private static InvokeRequest Request(string appId) => new()
    {
        AppId = appId,
        Method = "a/../a/b c/",
        Verb = "PUT",
        Query = "q=1",
        Headers = [new("Content-Type", "text/plain"), new("X-Forwarded-For", "10.0.0.1")],
        Body = new StreamBody("body"u8.ToArray()),
    };

    private static string Text(InvokeResult result) => Encoding.UTF8.GetString(result.Exchange!.Body.Data.Span);

    private static string? Header(FakeApp app, string name) =>
        app.Requests[0].Headers!.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).LastOrDefault();

    private Sidecar Add(string appId, IAppChannel? app, ResourceSet? resources = null, RuntimeConfiguration? configuration = null) => _engine.AddApp(
        new SidecarOptions { AppId = appId, Configuration = configuration ?? RuntimeConfiguration.Default }, app, new SidecarComponents(), resources ?? ResourceSet.Empty);
}
