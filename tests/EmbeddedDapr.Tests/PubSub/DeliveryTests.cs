using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EmbeddedDapr.Apps;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Tests.Fakes;

namespace EmbeddedDapr.Tests.PubSub;

/// <summary>Contract section 4.6 and the recordings pubsub-status-*, pubsub-dead-letter-*, pubsub-raw-*, pubsub-rules*.</summary>
public sealed class DeliveryTests
{
    private const string Event = """{"data":{"n":9},"id":"1","traceid":"","traceparent":"","tracestate":"","type":"red"}""";

    [Fact]
    public async Task The_app_gets_the_bytes_of_the_message()
    {
        var app = FakeApp.Answering(200);
        var (sidecar, engine) = await StartAsync(app, Subscription("on me"));
        await using var _ = engine;

        await sidecar.PubSub.DeliverAsync("t", 1, Message(Event, ("ttlInSeconds", "60"), ("bad name", "x"), ("forged", "a\r\nb: c"), ("content-type", "x"), ("dapr-api-token", "x")));

        var request = Assert.Single(app.Requests);
        Assert.Equal(("POST", "/on%20me", "application/cloudevents+json", Event), (request.Method, request.Path, request.ContentType, Text(request.Body)));
        Assert.Equal(["pubsubName=pubsub", $"traceparent={PubSubApi.NoTraceParent}", "ttlInSeconds=60"], request.Headers!.Select(header => $"{header.Key}={header.Value}"));
    }

    [Fact]
    public async Task The_trace_of_the_event_goes_on()
    {
        var app = FakeApp.Answering(200);
        var (sidecar, engine) = await StartAsync(app, Subscription("/on"));
        await using var _ = engine;

        await sidecar.PubSub.DeliverAsync("t", 1, Message("""{"traceparent":"00-1","tracestate":"a=b"}"""), Message("""{"a":1}"""));

        Assert.Equal(["pubsubName=pubsub", "traceparent=00-1", "tracestate=a=b"], app.Requests[0].Headers!.Select(header => $"{header.Key}={header.Value}"));
        Assert.Equal(["pubsubName=pubsub"], app.Requests[1].Headers!.Select(header => $"{header.Key}={header.Value}"));
    }

    [Theory]
    [InlineData(200, "", true, false)]
    [InlineData(204, "", true, false)]
    [InlineData(200, "no json", true, false)]
    [InlineData(200, "{}", true, false)]
    [InlineData(200, "[1]", true, false)]
    [InlineData(200, """{"status":""}""", true, false)]
    [InlineData(200, """{"status":5}""", true, false)]
    [InlineData(200, """{"status":"SUCCESS"}""", true, false)]
    [InlineData(200, """{"status":"DROP"}""", true, true)]
    [InlineData(200, """{"status":"RETRY"}""", false, true)]
    [InlineData(200, """{"status":"success"}""", false, true)]
    [InlineData(404, "", true, true)]
    [InlineData(500, "", false, true)]
    [InlineData(302, "", false, true)]
    [InlineData(400, """{"status":"SUCCESS"}""", false, true)]
    public async Task The_answer_decides(int status, string body, bool settles, bool deadLetters)
    {
        var (sidecar, engine) = await StartAsync(FakeApp.Answering(status, body), Subscription("/on"), Subscription("/on") with { Topic = "withDead", DeadLetterTopic = "dead" });
        await using var _ = engine;

        var plain = await sidecar.PubSub.DeliverAsync("t", 1, Message(Event));
        Assert.Empty(sidecar.PubSub.Published);
        var dead = await sidecar.PubSub.DeliverAsync("withDead", 1, Message(Event, ("k", "v")));

        Assert.Equal([settles ? DeliveryVerdict.Settled : DeliveryVerdict.Failed], plain);
        Assert.Equal([DeliveryVerdict.Settled], dead);
        Assert.Equal(deadLetters ? ["dead"] : [], sidecar.PubSub.Published.Select(published => published.Topic));
        Assert.All(sidecar.PubSub.Published, published => Assert.Equal((Event, "v"), (Text(published.Message.Data), published.Message.Metadata!["k"])));
    }

    [Fact]
    public async Task A_failure_is_dead_lettered_on_the_last_attempt_only()
    {
        var (sidecar, engine) = await StartAsync(FakeApp.Answering(500), 3, Subscription("/on") with { DeadLetterTopic = "dead" });
        await using var _ = engine;

        Assert.Equal([DeliveryVerdict.Failed], await sidecar.PubSub.DeliverAsync("t", 2, Message(Event)));
        Assert.Empty(sidecar.PubSub.Published);
        Assert.Equal([DeliveryVerdict.Settled], await sidecar.PubSub.DeliverAsync("t", 3, Message(Event)));
        Assert.Single(sidecar.PubSub.Published);
    }

    [Fact]
    public async Task A_dead_letter_that_cannot_be_published_leaves_the_message_failed()
    {
        var (sidecar, engine) = await StartAsync(FakeApp.Answering(500), Subscription("/on") with { DeadLetterTopic = "dead" });
        await using var _ = engine;
        sidecar.PubSub.PublishFault = new IOException("full");

        Assert.Equal([DeliveryVerdict.Failed], await sidecar.PubSub.DeliverAsync("t", 1, Message(Event)));
    }

    [Fact]
    public async Task An_app_without_an_answer_is_a_failure()
    {
        var (sidecar, engine) = await StartAsync(new FakeApp(_ => throw new AppUnreachableException("refused")), Subscription("/on"));
        await using var _ = engine;

        Assert.Equal([DeliveryVerdict.Failed], await sidecar.PubSub.DeliverAsync("t", 1, Message(Event)));
    }

    [Fact]
    public async Task What_has_expired_is_dropped_unseen()
    {
        var app = FakeApp.Answering(200);
        var (sidecar, engine) = await StartAsync(app, Subscription("/on"));
        await using var _ = engine;

        var verdicts = await sidecar.PubSub.DeliverAsync("t", 1, Message("""{"expiration":"2026-01-02T03:04:04Z"}"""), Message("""{"expiration":"2026-01-02T03:04:06Z"}"""));

        Assert.Equal([DeliveryVerdict.Settled, DeliveryVerdict.Settled], verdicts);
        Assert.Single(app.Requests);
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("[1]")]
    [InlineData("{\"a\":1} x")]
    [InlineData("")]
    public async Task What_is_no_envelope_never_reaches_the_app(string data)
    {
        var app = FakeApp.Answering(200);
        var (sidecar, engine) = await StartAsync(app, 5, Subscription("/on"), Subscription("/on") with { Topic = "withDead", DeadLetterTopic = "dead" });
        await using var _ = engine;

        Assert.Equal([DeliveryVerdict.Failed], await sidecar.PubSub.DeliverAsync("t", 1, Message(data)));
        Assert.Equal([DeliveryVerdict.Settled], await sidecar.PubSub.DeliverAsync("withDead", 1, Message(data)));
        Assert.Empty(app.Requests);
        Assert.Single(sidecar.PubSub.Published);
    }

    [Fact]
    public async Task A_raw_subscription_gets_an_envelope_around_the_bytes()
    {
        var app = FakeApp.Answering(200);
        var raw = Subscription("/on") with { Metadata = new Dictionary<string, string> { ["rawPayload"] = "true" } };
        var (sidecar, engine) = await StartAsync(app, raw);
        await using var _ = engine;

        await sidecar.PubSub.DeliverAsync("t", 1, new PubSubMessage(new byte[] { 0, 1, 255 }, ""));

        var envelope = JsonNode.Parse(app.Requests[0].Body.Span)!.AsObject();
        Assert.True(envelope.Remove("id"));
        Assert.Equal(
            """{"data_base64":"AAH/","datacontenttype":"application/octet-stream","pubsubname":"pubsub","source":"Dapr","specversion":"1.0","topic":"t","type":"com.dapr.event.sent"}""",
            envelope.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.Equal(["pubsubName=pubsub"], app.Requests[0].Headers!.Select(header => $"{header.Key}={header.Value}"));
    }

    [Theory]
    [InlineData("""{"type":"red","data":{"n":9}}""", "/red")]
    [InlineData("""{"type":"blue","data":{"n":9}}""", "/big")]
    [InlineData("""{"type":"blue","data":{"n":1}}""", "/other")]
    public async Task The_first_rule_that_is_true_takes_the_event(string data, string path)
    {
        var app = FakeApp.Answering(200);
        var (sidecar, engine) = await StartAsync(app, Subscription("/other") with { Rules = [new("event.type == \"red\"", "red"), new("event.data.n > 5", "/big"), new("", "/other")] });
        await using var _ = engine;

        await sidecar.PubSub.DeliverAsync("t", 1, Message(data));

        Assert.Equal([path], app.Requests.Select(request => request.Path));
    }

    [Fact]
    public async Task An_event_without_rule_is_dropped_and_one_in_error_failed()
    {
        var app = FakeApp.Answering(200);
        var (sidecar, engine) = await StartAsync(app, Subscription("/x") with { Rules = [new("event.data.n > 5", "/big")] });
        await using var _ = engine;

        Assert.Equal([DeliveryVerdict.Settled], await sidecar.PubSub.DeliverAsync("t", 1, Message("""{"data":{"n":1}}""")));
        Assert.Equal([DeliveryVerdict.Failed], await sidecar.PubSub.DeliverAsync("t", 1, Message("""{"data":{"other":1}}""")));
        Assert.Empty(app.Requests);
    }

    [Theory]
    [InlineData(true, DeliveryVerdict.Settled)]
    [InlineData(false, DeliveryVerdict.Failed)]
    public async Task An_event_that_used_up_its_policy_is_given_up_where_the_policy_is_final(bool final, DeliveryVerdict verdict)
    {
        var app = FakeApp.Answering(500);
        var sidecar = new TestSidecar(app, resources: BulkDeliveryTests.Retries(2));
        sidecar.PubSub.PolicyIsFinal = final;
        await using var engine = new SubscriptionEngine(sidecar.Value);
        await engine.StartAsync([Subscription("/on")], CancellationToken.None);

        Assert.Equal([verdict], await sidecar.PubSub.DeliverAsync("t", 1, Message("{}")));
        Assert.Equal(3, app.Requests.Count);
    }

    [Theory]
    [InlineData(3, DeliveryVerdict.Failed)]
    [InlineData(int.MaxValue, DeliveryVerdict.Settled)]
    public async Task What_is_no_event_does_not_come_for_ever(int attemptsMax, DeliveryVerdict verdict)
    {
        var (sidecar, engine) = await StartAsync(FakeApp.Answering(200), attemptsMax, Subscription("/on"));
        await using var _ = engine;

        Assert.Equal([verdict, verdict], await sidecar.PubSub.DeliverAsync("t", 1, Message("no json"), Message("{\"traceparent\":\"\\ud800\"}")));
    }

    internal static AppSubscription Subscription(string path) => SubscriptionEngineTests.Subscription("t", path);

    internal static PubSubMessage Message(string data, params (string Name, string Value)[] metadata) =>
        new(Encoding.UTF8.GetBytes(data), "application/cloudevents+json", metadata.Length == 0 ? null : metadata.ToDictionary(entry => entry.Name, entry => entry.Value));

    internal static Task<(TestSidecar Sidecar, SubscriptionEngine Engine)> StartAsync(IAppChannel app, params AppSubscription[] subscriptions) => StartAsync(app, 1, subscriptions);

    internal static async Task<(TestSidecar Sidecar, SubscriptionEngine Engine)> StartAsync(IAppChannel app, int attemptsMax, params AppSubscription[] subscriptions)
    {
        var sidecar = new TestSidecar(app, attemptsMax);
        var engine = new SubscriptionEngine(sidecar.Value);
        await engine.StartAsync(subscriptions, CancellationToken.None);
        return (sidecar, engine);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
