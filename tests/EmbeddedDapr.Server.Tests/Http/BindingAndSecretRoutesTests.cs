using System.Text;
using System.Text.Json.Nodes;
using EmbeddedDapr.Tests.Fakes;

namespace EmbeddedDapr.Server.Tests.Http;

/// <summary>As recorded: binding-out-*, secret-*.</summary>
public sealed class BindingAndSecretRoutesTests : IAsyncLifetime
{
    private readonly TestSidecar _sidecar = new();
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync(_sidecar.Value);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("""{"operation":"create","data":{"b":1,"a":{"z":1,"y":2}}}""", """{"a":{"y":2,"z":1},"b":1}""")]
    [InlineData("""{"Operation":"create","Data":"text"}""", "\"text\"")]
    [InlineData("""{"operation":"create"}""", "null")]
    [InlineData("""{"operation":"create","data":4,"metadata":null} trailing""", "4")]
    public async Task The_payload_is_the_JSON_of_data(string body, string payload)
    {
        Assert.Equal((204, ""), ((await _host.SendAsync("POST", "/v1.0/bindings/lamp", body)).Status, ""));

        Assert.Equal(payload, Encoding.UTF8.GetString(Assert.Single(_sidecar.Lamp.Requests).Data.Span));
    }

    [Fact]
    public async Task An_answer_with_data_is_a_body_and_its_metadata_headers()
    {
        _sidecar.Lamp.Answer = new("{\"on\":true}"u8.ToArray(), new Dictionary<string, string> { ["k"] = "v" });

        var answer = await _host.SendAsync("PUT", "/v1.0/bindings/lamp", """{"operation":"get","metadata":{"x":"y","n":null}}""");

        Assert.Equal((200, "{\"on\":true}"), (answer.Status, answer.Body));
        Assert.Equal("v", answer.Response.Headers.GetValues("metadata.k").Single());
        Assert.Equal(("y", ""), (_sidecar.Lamp.Requests[0].Metadata["x"], _sidecar.Lamp.Requests[0].Metadata["n"]));
    }

    [Theory]
    [InlineData("lamp", "", 400, "failed deserializing HTTP body: EOF")]
    [InlineData("lamp", "{", 400, "failed deserializing HTTP body: unexpected EOF")]
    [InlineData("lamp", "[]", 400, "failed deserializing HTTP body: json: cannot unmarshal array into Go value of type http.OutputBindingRequest")]
    [InlineData("lamp", "null", 500, "error invoking output binding lamp: operation field is missing from request")]
    [InlineData("lamp", """{"operation":5}""", 400, "failed deserializing HTTP body: json: cannot unmarshal number into Go struct field OutputBindingRequest.operation of type string")]
    [InlineData("lamp", """{"operation":"create","metadata":{"topic":5}}""", 400, "failed deserializing HTTP body: json: cannot unmarshal number into Go struct field OutputBindingRequest.metadata of type string")]
    [InlineData("lamp", """{"operation":"create","metadata":[]}""", 400, "failed deserializing HTTP body: json: cannot unmarshal array into Go struct field OutputBindingRequest.metadata of type map[string]string")]
    [InlineData("nothing", """{"operation":"create"}""", 500, "error invoking output binding nothing: couldn't find output binding nothing")]
    public async Task Bad_requests_are_refused(string name, string body, int status, string message)
    {
        var answer = await _host.SendAsync("POST", $"/v1.0/bindings/{name}", body);

        Assert.Equal((status, message), (answer.Status, (string?)JsonNode.Parse(answer.Body)!["message"]));
    }

    [Theory]
    [InlineData("/v1.0/secrets/vault/plain", 200, """{"plain":"s1"}""")]
    [InlineData("/v1.0/secrets/vault/plain/?metadata.version_id=5", 200, """{"plain":"s1"}""")]
    [InlineData("/v1.0/secrets/vault/sl%2Fash", 200, """{"sl/ash":"slash"}""")]
    [InlineData("/v1.0/secrets/vault/bulk", 200, """{"plain":{"plain":"s1"},"sl/ash":{"sl/ash":"slash"}}""")]
    [InlineData("/v1.0/secrets/none/plain", 401, """{"errorCode":"ERR_SECRET_STORE_NOT_FOUND","message":"failed finding secret store with key none"}""")]
    [InlineData("/v1.0/secrets/vault/missing", 500, """{"errorCode":"ERR_SECRET_GET","message":"failed getting secret with key missing from secret store vault: secret missing not found"}""")]
    [InlineData("/v1.0/secrets/vault/sl/ash", 404, """{"errorCode":"ERR_DIRECT_INVOKE","message":"failed getting app id either from the URL path or the header dapr-app-id"}""")]
    public async Task Secrets_are_maps(string path, int status, string body)
    {
        var answer = await _host.SendAsync("GET", path);

        Assert.Equal((status, body), (answer.Status, answer.Body));
    }
}
