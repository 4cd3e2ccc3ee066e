using System.Text;
using System.Text.Json.Nodes;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Tests.Fakes;

namespace EmbeddedDapr.Tests.PubSub;

/// <summary>Envelopes as recorded: pubsub-*, bulk-publish*, grpc-pubsub-*.</summary>
public sealed class PubSubApiTests
{
    private readonly TestSidecar _sidecar = new();

    [Theory]
    [InlineData("{\"x\": [1, 2.0]}", "application/json", "data", "{\"x\":[1,2.0]}")]
    [InlineData("{\"x\":1}", "application/json; charset=utf-8", "data", "{\"x\":1}")]
    [InlineData("{oops", "application/json", "data", "\"{oops\"")]
    [InlineData("", "application/json", "data", "\"\"")]
    [InlineData("1 2", "application/json", "data", "\"1 2\"")]
    [InlineData("hello \"<\"", "text/plain", "data", "\"hello \\u0022\\u003C\\u0022\"")]
    [InlineData("{\"a\":1}", "", "data", "\"{\\u0022a\\u0022:1}\"")]
    [InlineData("abc", "application/octet-stream", "data_base64", "\"YWJj\"")]
    public async Task The_envelope_holds_the_payload_as_its_type_says(string payload, string contentType, string field, string expected)
    {
        Assert.Null(await PublishAsync(payload, contentType));

        var envelope = Single();
        Assert.Equal(expected, envelope[field]!.ToJsonString());
        Assert.Equal(contentType.Length == 0 ? "text/plain" : contentType, (string?)envelope["datacontenttype"]);
        Assert.Equal(
            ("1.0", "com.dapr.event.sent", "app1", "pubsub", "t", "2026-01-02T03:04:05Z", "", "", ""),
            (Field("specversion"), Field("type"), Field("source"), Field("pubsubname"), Field("topic"), Field("time"), Field("traceid"), Field("traceparent"), Field("tracestate")));
        Assert.True(Guid.TryParse(Field("id"), out _));
        Assert.Equal(12, envelope.Count);

        string? Field(string name) => (string?)envelope[name];
    }

    [Fact]
    public async Task Bytes_that_are_no_text_do_not_break_a_text_envelope()
    {
        Assert.Null(await _sidecar.Value.PubSub.PublishAsync(Request() with { Data = new byte[] { 0xff, 0x41 }, ContentType = "text/plain" }, default));

        Assert.Equal("\uFFFDA", (string?)Single()["data"]);
    }

    [Fact]
    public async Task Metadata_overrides_fields_and_sets_the_expiration()
    {
        await PublishAsync("1", "application/json", new()
        {
            ["cloudevent.type"] = "custom", ["CloudEvent.Source"] = "src", ["cloudevent.id"] = "42", ["cloudevent.subject"] = "s", ["cloudevent.myext"] = "x",
            ["cloudevent.traceparent"] = "00-1", ["ttlInSeconds"] = "60",
        });

        var envelope = Single();
        Assert.Equal("custom src 42 s 00-1 00-1 2026-01-02T03:05:05Z", string.Join(' ', new[] { "type", "source", "id", "subject", "traceid", "traceparent", "expiration" }.Select(name => (string?)envelope[name])));
        Assert.False(envelope.ContainsKey("myext"));
    }

    [Fact]
    public async Task The_trace_of_the_call_goes_on_unless_metadata_names_another()
    {
        await _sidecar.Value.PubSub.PublishAsync(Request() with { Trace = new("00-call", "a=b") }, default);

        Assert.Equal("00-call 00-call a=b", string.Join(' ', new[] { "traceid", "traceparent", "tracestate" }.Select(name => (string?)Single()[name])));
    }

    [Fact]
    public async Task Of_a_bulk_call_only_the_messages_that_the_broker_refused_have_failed()
    {
        _sidecar.PubSub.PublishFault = new PartlyPublishedException(new Dictionary<int, string> { [1] = "too large" });

        var result = await _sidecar.Value.PubSub.BulkPublishAsync(
            new() { PubSubName = "pubsub", Topic = "t", Entries = [new("a", default, "text/plain"), new("b", default, "text/plain")] }, default);

        Assert.Equal([new BulkPublishFailure("b", "too large")], result.Value);
    }

    [Fact]
    public async Task A_cloud_event_whose_text_is_none_is_refused() =>
        Assert.Equal("ERR_PUBSUB_CLOUD_EVENTS_SER", (await PublishAsync("{\"x\":\"\\ud800\"}", "application/cloudevents+json"))?.Code);

    [Fact]
    public async Task A_lifetime_that_is_no_number_is_ignored()
    {
        await PublishAsync("1", "application/json", new() { ["ttlInSeconds"] = "x" });

        Assert.False(Single().ContainsKey("expiration"));
        Assert.Equal("x", _sidecar.PubSub.Published[0].Message.Metadata!["ttlInSeconds"]);
    }

    [Theory]
    [InlineData(PublishHead.Http, "")]
    [InlineData(PublishHead.Grpc, "00-own")]
    public async Task A_cloud_event_keeps_its_fields_but_for_those_of_the_call(PublishHead head, string trace)
    {
        const string Event = """
            {"id":"my-id","source":"me","type":"my.type","data":{"a":1.0},"myext":"e","time":"2020-01-02T03:04:05Z","topic":"other","pubsubname":"other","traceparent":"00-own","tracestate":"a=b"}
            """;
        Assert.Null(await _sidecar.Value.PubSub.PublishAsync(Request() with { Data = Encoding.UTF8.GetBytes(Event), ContentType = "application/cloudevents+json; charset=utf-8", Head = head }, default));

        var expected = JsonNode.Parse(Event)!.AsObject();
        (expected["topic"], expected["pubsubname"], expected["specversion"]) = ("t", "pubsub", "1.0");
        (expected["traceparent"], expected["traceid"]) = (trace, trace);
        Assert.True(JsonNode.DeepEquals(expected, Single()), Single().ToJsonString());
    }

    [Fact]
    public async Task An_empty_cloud_event_is_filled_in_but_gets_no_id()
    {
        await PublishAsync("{}", "application/cloudevents+json");

        var expected = JsonNode.Parse("""
            {"pubsubname":"pubsub","source":"Dapr","specversion":"1.0","time":"2026-01-02T03:04:05Z","topic":"t","traceid":"","traceparent":"","tracestate":"","type":"com.dapr.event.sent"}
            """);
        Assert.True(JsonNode.DeepEquals(expected, Single()), Single().ToJsonString());
    }

    [Theory]
    [InlineData("[1]", "json: cannot unmarshal array into Go value of type map[string]interface {}")]
    [InlineData("{oops", "invalid character 'o' looking for beginning of object key string")]
    public async Task What_is_no_cloud_event_is_refused(string payload, string why)
    {
        var error = await PublishAsync(payload, "application/cloudevents+json");

        Assert.Equal(("ERR_PUBSUB_CLOUD_EVENTS_SER", 500, GrpcCode.InvalidArgument, "cannot create cloudevent"), (error!.Code, error.HttpStatus, error.Grpc, error.Message));
        Assert.Equal(why, error.Details!.Metadata!["error"]);
        Assert.Empty(_sidecar.PubSub.Published);
    }

    [Fact]
    public async Task A_raw_payload_has_no_envelope()
    {
        await PublishAsync("{\"a\" : 1}", "application/json", new() { ["rawpayload"] = "true" });

        var message = _sidecar.PubSub.Published[0].Message;
        Assert.Equal("{\"a\" : 1}", Encoding.UTF8.GetString(message.Data.Span));
        Assert.Equal("application/json", message.ContentType);
    }

    [Fact]
    public async Task A_raw_payload_that_is_neither_true_nor_false_is_refused()
    {
        var error = await PublishAsync("1", "application/json", new() { ["rawPayload"] = "maybe" });

        Assert.Equal(("ERR_PUBSUB_REQUEST_METADATA", 400), (error!.Code, error.HttpStatus));
        Assert.Equal("failed deserializing metadata. Error: rawPayload value must be a valid boolean: actual is 'maybe'", error.Message);
    }

    [Theory]
    [InlineData("", "t", "ERR_PUBSUB_EMPTY", "pubsub name is empty")]
    [InlineData("nope", "t", "ERR_PUBSUB_NOT_FOUND", "pubsub nope is not found")]
    [InlineData("pubsub", "", "ERR_TOPIC_NAME_EMPTY", "topic is empty in pubsub pubsub")]
    public async Task Names_are_checked_first(string pubSub, string topic, string code, string message)
    {
        var error = await _sidecar.Value.PubSub.PublishAsync(Request() with { PubSubName = pubSub, Topic = topic }, default);

        Assert.Equal((code, message, 404, GrpcCode.InvalidArgument), (error!.Code, error.Message, error.HttpStatus, error.Grpc));
    }

    [Fact]
    public async Task A_failure_of_the_broker_is_told()
    {
        _sidecar.PubSub.PublishFault = new IOException("broken pipe");

        var error = await PublishAsync("1", "application/json");
        var bulk = await BulkAsync(new("1", "1"u8.ToArray(), "application/json"), new("2", "2"u8.ToArray(), "application/json"));

        Assert.Equal(("ERR_PUBSUB_PUBLISH_MESSAGE", 500, "error when publishing to topic t in pubsub pubsub: broken pipe"), (error!.Code, error.HttpStatus, error.Message));
        Assert.Equal([new BulkPublishFailure("1", "broken pipe"), new BulkPublishFailure("2", "broken pipe")], bulk.Value);
    }

    [Fact]
    public async Task A_bulk_call_is_one_publish_in_order()
    {
        var result = await BulkAsync(
            new("1", "{\"a\":1}"u8.ToArray(), "application/json"),
            new("2", "text"u8.ToArray(), "text/plain"),
            new("3", new byte[] { 0, 1, 2 }, "application/octet-stream"),
            new("4", "{\"id\":\"my-id\"}"u8.ToArray(), "application/cloudevents+json"),
            new("5", "no type"u8.ToArray(), ""));

        Assert.Empty(result.Value);
        var envelopes = _sidecar.PubSub.Published.Select(published => JsonNode.Parse(published.Message.Data.Span)!.AsObject()).ToList();
        Assert.Equal(["{\"a\":1}", "\"text\"", "\"AAEC\"", null, "\"no type\""], envelopes.Select(envelope => (envelope["data"] ?? envelope["data_base64"])?.ToJsonString()));
        Assert.Equal("my-id", (string?)envelopes[3]["id"]);
    }

    [Fact]
    public async Task Request_metadata_reaches_only_entries_with_their_own()
    {
        var request = new BulkPublishRequest
        {
            PubSubName = "pubsub",
            Topic = "t",
            Metadata = new Dictionary<string, string> { ["cloudevent.source"] = "req", ["cloudevent.type"] = "req" },
            Entries =
            [
                new("1", "a"u8.ToArray(), "text/plain"),
                new("2", "b"u8.ToArray(), "text/plain", new Dictionary<string, string> { ["cloudevent.type"] = "own" }),
                new("3", "c"u8.ToArray(), "text/plain", new Dictionary<string, string> { ["rawPayload"] = "true" }),
            ],
        };

        Assert.Empty((await _sidecar.Value.PubSub.BulkPublishAsync(request, default)).Value);

        var envelopes = _sidecar.PubSub.Published.Select(published => JsonNode.Parse(published.Message.Data.Span)!).ToList();
        Assert.Equal(["app1", "req", "req"], envelopes.Select(envelope => (string?)envelope["source"]));
        Assert.Equal(["com.dapr.event.sent", "own", "req"], envelopes.Select(envelope => (string?)envelope["type"]));
    }

    [Theory]
    [InlineData("1", "1")]
    [InlineData("1", "")]
    public async Task Entry_ids_must_be_there_and_differ(string first, string second)
    {
        var error = (await BulkAsync(new(first, "1"u8.ToArray(), "application/json"), new(second, "1"u8.ToArray(), "application/json"))).Error!;

        Assert.Equal("error marshaling events to bytes for topic t pubsub pubsub. error: entryId is duplicated or not present for entry", error.Message);
        Assert.Empty(_sidecar.PubSub.Published);
    }

    [Theory]
    [InlineData("open", null)]
    [InlineData("secret", "ERR_PUBSUB_FORBIDDEN")]
    [InlineData("free", "ERR_PUBSUB_FORBIDDEN")]
    [InlineData("other", "ERR_PUBSUB_FORBIDDEN")]
    public async Task Scopes_decide_what_may_be_published(string topic, string? code)
    {
        var sidecar = new TestSidecar(metadata: [("publishingScopes", "app2=secret; app1 = open , mine"), ("protectedTopics", "secret"), ("AllowedTopics", "open,secret,free")]);

        var error = await sidecar.Value.PubSub.PublishAsync(Request() with { Topic = topic }, default);

        Assert.Equal(code, error?.Code);
    }

    [Fact]
    public async Task Protected_topics_need_a_scope_and_others_do_not()
    {
        var sidecar = new TestSidecar(metadata: ("protectedTopics", "secret"));

        Assert.Null(await sidecar.Value.PubSub.PublishAsync(Request() with { Topic = "any" }, default));
        var error = await sidecar.Value.PubSub.PublishAsync(Request() with { Topic = "secret" }, default);
        Assert.Equal((403, GrpcCode.PermissionDenied, "topic secret is not allowed for app id app1"), (error!.HttpStatus, error.Grpc, error.Message));
    }

    [Fact]
    public async Task A_component_that_mentions_the_namespace_gets_it_before_its_topics()
    {
        var sidecar = new TestSidecar(resources: new()
        {
            Components = [new() { Spec = new() { Name = "pubsub", Type = "pubsub.fake", Metadata = EmbeddedDapr.Components.ComponentMetadata.Empty }, Entries = [new("consumerID", "{namespace}-x")] }],
        });

        await sidecar.Value.PubSub.PublishAsync(Request(), default);

        Assert.Equal("defaultt", sidecar.PubSub.Published[0].Topic);
    }

    private static PublishRequest Request() => new() { PubSubName = "pubsub", Topic = "t", Data = "1"u8.ToArray(), ContentType = "application/json" };

    private async Task<ApiError?> PublishAsync(string payload, string contentType, Dictionary<string, string>? metadata = null) =>
        await _sidecar.Value.PubSub.PublishAsync(Request() with { Data = Encoding.UTF8.GetBytes(payload), ContentType = contentType, Metadata = metadata }, default);

    private ValueTask<ApiResult<IReadOnlyList<BulkPublishFailure>>> BulkAsync(params BulkPublishEntry[] entries) =>
        _sidecar.Value.PubSub.BulkPublishAsync(new() { PubSubName = "pubsub", Topic = "t", Entries = entries }, default);

    private JsonObject Single() => JsonNode.Parse(Assert.Single(_sidecar.PubSub.Published).Message.Data.Span)!.AsObject();
}
