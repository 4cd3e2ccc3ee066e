using System.Text.Json.Nodes;
using EmbeddedDapr.Tests.Fakes;

namespace EmbeddedDapr.Server.Tests.Http;

/// <summary>As recorded: pubsub-*, bulk-publish*, runtime-body-limit-publish.</summary>
public sealed class PublishRoutesTests : IAsyncLifetime
{
    private readonly TestSidecar _sidecar = new();
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync(_sidecar.Value);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("POST", "t", "t")]
    [InlineData("PUT", "a/b", "a/b")]
    [InlineData("POST", "a%20b", "a b")]
    [InlineData("POST", "a.b/", "a.b")]
    public async Task An_event_goes_to_the_topic_of_the_path(string method, string path, string topic)
    {
        var answer = await _host.SendAsync(method, $"/v1.0/publish/pubsub/{path}?metadata.cloudevent.type=custom", "{\"a\":1}", "application/json");

        Assert.Equal((204, ""), (answer.Status, answer.Body));
        var (to, message) = Assert.Single(_sidecar.PubSub.Published);
        Assert.Equal(topic, to);
        Assert.Equal(("custom", "{\"a\":1}"), ((string?)JsonNode.Parse(message.Data.Span)!["type"], JsonNode.Parse(message.Data.Span)!["data"]!.ToJsonString()));
        Assert.Equal("custom", message.Metadata!["cloudevent.type"]);
    }

    [Theory]
    [InlineData("/v1.0/publish/nope/t", 404, "ERR_PUBSUB_NOT_FOUND")]
    [InlineData("/v1.0/publish/bulk/nope/t", 404, "ERR_PUBSUB_NOT_FOUND")]
    [InlineData("/v1.0/publish/pubsub/", 404, "ERR_DIRECT_INVOKE")]
    [InlineData("/v1.0/publish/pubsub", 404, "ERR_DIRECT_INVOKE")]
    [InlineData("/v1.0/publish/pubsub/t?metadata.rawPayload=maybe", 400, "ERR_PUBSUB_REQUEST_METADATA")]
    public async Task Refusals_have_their_row(string path, int status, string code)
    {
        var answer = await _host.SendAsync("POST", path, "1", "application/json");

        Assert.Equal((status, code), (answer.Status, (string?)JsonNode.Parse(answer.Body)!["errorCode"]));
    }

    [Fact]
    public async Task Details_are_those_of_the_recordings()
    {
        Assert.Equal(
            """{"errorCode":"ERR_PUBSUB_NOT_FOUND","message":"pubsub nope is not found","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"DAPR_PUBSUB_NOT_FOUND","domain":"dapr.io","metadata":{}}]}""",
            (await _host.SendAsync("POST", "/v1.0/publish/nope/t", "1")).Body);
        Assert.Equal(
            """{"errorCode":"ERR_PUBSUB_CLOUD_EVENTS_SER","message":"cannot create cloudevent","details":[{"@type":"type.googleapis.com/google.rpc.ResourceInfo","resource_type":"pubsub","resource_name":"pubsub","owner":"","description":"cannot create cloudevent"},{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"DAPR_PUBSUB_CLOUD_EVENT_CREATION","domain":"dapr.io","metadata":{"appID":"app1","error":"json: cannot unmarshal array into Go value of type map[string]interface {}"}}]}""",
            (await _host.SendAsync("POST", "/v1.0/publish/pubsub/t", "[1]", "application/cloudevents+json")).Body);
    }

    [Theory]
    [InlineData("/v1.0/publish/bulk/pubsub/t")]
    [InlineData("/v1.0-alpha1/publish/bulk/pubsub/t")]
    public async Task A_bulk_call_publishes_every_entry(string path)
    {
        var answer = await _host.SendAsync("POST", path, """
            [{"entryId":"1","event":{"a":1},"contentType":"application/json"},{"entryId":"2","event":"text","contentType":"text/plain"},
             {"entryId":"3","event":"AAEC","contentType":"application/octet-stream","metadata":{"cloudevent.type":"mine"}}]
            """);

        Assert.Equal(204, answer.Status);
        var envelopes = _sidecar.PubSub.Published.Select(published => JsonNode.Parse(published.Message.Data.Span)!).ToList();
        Assert.Equal(["{\"a\":1}", "\"text\"", "\"AAEC\""], envelopes.Select(envelope => (envelope["data"] ?? envelope["data_base64"])!.ToJsonString()));
        Assert.Equal("mine", (string?)envelopes[2]["type"]);
    }

    [Theory]
    [InlineData("""[{"entryId":"1","event":{"a":1},"contentType":"text/plain"}]""", "error when marshalling cloud event envelope for topic t pubsub pubsub: error: mismatch between contentType and event")]
    [InlineData("""[{"entryId":"1","event":5,"contentType":"application/octet-stream"}]""", "error when marshalling cloud event envelope for topic t pubsub pubsub: error: mismatch between contentType and event")]
    [InlineData("""[{"entryId":"1","event":{"a":1}}]""", "error when marshalling cloud event envelope for topic t pubsub pubsub: error: mismatch between contentType and event")]
    [InlineData("""[{"event":1,"contentType":"application/json"}]""", "error marshaling events to bytes for topic t pubsub pubsub. error: entryId is duplicated or not present for entry")]
    [InlineData("{}", "error when unmarshaling the request for topic t pubsub pubsub: json: cannot unmarshal object into Go value of type []http.bulkPublishMessageEntry")]
    [InlineData("[", "error when unmarshaling the request for topic t pubsub pubsub: unexpected EOF")]
    public async Task Bad_bulk_bodies_are_refused(string body, string message)
    {
        var answer = await _host.SendAsync("POST", "/v1.0/publish/bulk/pubsub/t", body);

        Assert.Equal((400, "ERR_PUBSUB_EVENTS_SER", message), (answer.Status, (string?)JsonNode.Parse(answer.Body)!["errorCode"], (string?)JsonNode.Parse(answer.Body)!["message"]));
        Assert.Empty(_sidecar.PubSub.Published);
    }

    [Fact]
    public async Task A_bulk_call_that_fails_names_its_entries()
    {
        _sidecar.PubSub.PublishFault = new IOException("broken pipe");

        var answer = await _host.SendAsync("POST", "/v1.0/publish/bulk/pubsub/t", """[{"entryId":"1","event":1,"contentType":"application/json"}]""");

        Assert.Equal((500, """{"failedEntries":[{"entryId":"1","error":"broken pipe"}],"errorCode":"ERR_PUBSUB_PUBLISH_MESSAGE"}"""), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task A_body_over_the_limit_is_a_failed_publish()
    {
        var answer = await _host.SendAsync("POST", "/v1.0/publish/pubsub/t", new string('a', (64 * 1024) + 1), "text/plain");

        Assert.Equal((500, "error when publishing to topic t in pubsub pubsub: stream too large"), (answer.Status, (string?)JsonNode.Parse(answer.Body)!["message"]));
    }
}
