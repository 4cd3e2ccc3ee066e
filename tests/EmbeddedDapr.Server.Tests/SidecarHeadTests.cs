using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using EmbeddedDapr.Server.Grpc;
using EmbeddedDapr.Server.Tests.Apps;

namespace EmbeddedDapr.Server.Tests;

/// <summary>The HTTP head over a socket, and what the gRPC head offers.</summary>
public sealed class SidecarHeadTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("//v1.0//state//statestore//k", HttpStatusCode.NoContent)]
    [InlineData("/v1.0/state/statestore/k/", HttpStatusCode.NoContent)]
    [InlineData("/v1.0/x/../state/statestore/k", HttpStatusCode.NoContent)]
    [InlineData("/v1.0/STATE/statestore/k", HttpStatusCode.NotFound)]
    [InlineData("/v1.0/nothing", HttpStatusCode.NotFound)]
    [InlineData("/", HttpStatusCode.NotFound)]
    [InlineData("/v1.0/actors/Counter/../method/Get", HttpStatusCode.NotFound)]
    [InlineData("/v1.0/actors/Counter/a/method/Get", HttpStatusCode.OK)]
    [InlineData("/v1.0//actors//Counter/a/method/Get/", HttpStatusCode.OK)]
    [InlineData("/v1.0/actors/Counter/a%2Fb/method/Get", HttpStatusCode.BadRequest)]
    [InlineData("/v1.0/actors/Counter/a/method/Get/more", HttpStatusCode.NotFound)]
    public async Task Paths_are_read_as_the_real_router_does(string path, HttpStatusCode expected)
    {
        await using var app = await AppHarness.StartAsync(inProcess: true);
        using var http = Client(app);

        using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{app.Host.HttpPort}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }), Cancelled);

        Assert.Equal(expected, response.StatusCode);
        if (expected == HttpStatusCode.NotFound)
        {
            var error = await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
            Assert.Equal("ERR_DIRECT_INVOKE", error.GetProperty("errorCode").GetString());
        }
    }

    [Fact]
    public async Task A_known_path_with_another_verb_is_unknown()
    {
        await using var app = await AppHarness.StartAsync(inProcess: true);
        using var http = Client(app);

        using var response = await http.PatchAsync("/v1.0/actors/Counter/a/method/Get", null, Cancelled);
        using var metadata = await http.PostAsync("/v1.0/metadata", null, Cancelled);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, metadata.StatusCode);
    }

    [Fact]
    public async Task Without_the_token_only_health_answers()
    {
        await using var app = await AppHarness.StartAsync(inProcess: true, apiToken: "secret");
        using var http = Client(app);

        using var refused = await http.GetAsync("/v1.0/metadata", Cancelled);
        using var actor = await http.GetAsync("/v1.0/actors/Counter/a/method/Get", Cancelled);
        using var health = await http.GetAsync("/v1.0/healthz", Cancelled);
        http.DefaultRequestHeaders.Add("dapr-api-token", "secret");
        using var accepted = await http.GetAsync("/v1.0/metadata", Cancelled);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("invalid api token\n", await refused.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal("text/plain; charset=utf-8", refused.Content.Headers.ContentType?.ToString());
        Assert.Equal(HttpStatusCode.Unauthorized, actor.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, health.StatusCode);
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
    }

    [Fact]
    public async Task Metadata_names_app_components_and_actors()
    {
        await using var app = await AppHarness.StartAsync(inProcess: true);
        using var http = Client(app);
        await app.Counter("a").InvokeMethodAsync<int>("Get", Cancelled);
        using var set = await http.PutAsync("/v1.0/metadata/k", new StringContent("v"), Cancelled);

        var metadata = await http.GetFromJsonAsync<JsonElement>("/v1.0/metadata", Cancelled);

        Assert.Equal("counter-app", metadata.GetProperty("id").GetString());
        Assert.Equal("v", metadata.GetProperty("extended").GetProperty("k").GetString());
        Assert.Equal("RUNNING", metadata.GetProperty("actorRuntime").GetProperty("runtimeStatus").GetString());
        Assert.Equal("""[{"type":"Counter","count":1}]""", metadata.GetProperty("actorRuntime").GetProperty("activeActors").GetRawText());
        Assert.Contains("ACTOR", metadata.GetProperty("components")[0].GetProperty("capabilities").EnumerateArray().Select(capability => capability.GetString()));
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_by_each_api_in_its_own_way()
    {
        await using var app = await AppHarness.StartAsync(inProcess: true);
        using var http = Client(app);
        var large = new ByteArrayContent(new byte[5 * 1024 * 1024]);

        using var response = await http.PutAsync("/v1.0/actors/Counter/a/method/Add", large, Cancelled);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("stream too large", await response.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_of_the_app_passes_with_its_headers_and_type()
    {
        await using var app = await AppHarness.StartAsync(inProcess: true);
        using var http = Client(app);

        using var response = await http.PutAsync("/v1.0/actors/Counter/a/method/Add", new StringContent("4", Encoding.UTF8, "application/json"), Cancelled);

        Assert.Equal("4", await response.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal("00-00000000000000000000000000000000-0000000000000000-00", response.Headers.GetValues("traceparent").Single());
    }

    [Fact]
    public void Every_method_of_the_table_is_a_unary_rpc_of_the_service_with_its_types()
    {
        var service = global::Dapr.Client.Autogen.Grpc.v1.Dapr.Descriptor;

        Assert.Equal(UnaryMethods.Service, service.FullName);
        Assert.All(UnaryMethods.All, method =>
        {
            var rpc = service.FindMethodByName(method.Name);
            Assert.False(rpc.IsClientStreaming || rpc.IsServerStreaming, method.Name);
            var type = method.GetType() is { IsGenericType: true } own ? own : method.GetType().BaseType!;
            Assert.Equal(rpc.InputType.ClrType, type.GenericTypeArguments[0]);
            Assert.Equal(rpc.OutputType.ClrType, type.GenericTypeArguments[1]);
        });
        Assert.Equal(UnaryMethods.All.Count, UnaryMethods.All.Select(method => method.Name).Distinct().Count());
    }

    private static HttpClient Client(AppHarness app) => new() { BaseAddress = new Uri($"http://127.0.0.1:{app.Host.HttpPort}") };
}
