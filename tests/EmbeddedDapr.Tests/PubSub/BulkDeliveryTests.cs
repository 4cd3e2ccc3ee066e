using System.Text.Json.Nodes;
using EmbeddedDapr.Apps;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Tests.Fakes;

namespace EmbeddedDapr.Tests.PubSub;

/// <summary>Contract section 4.7 and the recording bulk-subscribe.</summary>
public sealed class BulkDeliveryTests
{
    private static readonly BulkSubscribeOptions Bulk = new(100, TimeSpan.FromSeconds(1));

    [Fact]
    public async Task A_batch_is_one_request()
    {
        var app = new FakeApp(request => Answer(request, _ => "SUCCESS"));
        var (sidecar, engine) = await DeliveryTests.StartAsync(app, DeliveryTests.Subscription("/on") with { Bulk = Bulk });
        await using var _ = engine;

        var verdicts = await sidecar.PubSub.DeliverAsync("t", 1, DeliveryTests.Message("""{"data":0}"""), DeliveryTests.Message("""{"data":1}""", ("k", "v")));

        Assert.Equal([DeliveryVerdict.Settled, DeliveryVerdict.Settled], verdicts);
        var request = Assert.Single(app.Requests);
        Assert.Equal(("POST", "/on", "application/json"), (request.Method, request.Path, request.ContentType));
        Assert.Equal(["pubsubName=pubsub", $"traceparent={PubSubApi.NoTraceParent}"], request.Headers!.Select(header => $"{header.Key}={header.Value}"));
        var body = JsonNode.Parse(request.Body.Span)!.AsObject();
        Assert.Equal("com.dapr.event.sent.bulk t pubsub {\"pubsubName\":\"pubsub\"}", $"{body["type"]} {body["topic"]} {body["pubsubname"]} {body["metadata"]!.ToJsonString()}");
        Assert.True(Guid.TryParse((string?)body["id"], out var _));
        Assert.Equal(
            ["{\"data\":0} application/cloudevents+json {}", "{\"data\":1} application/cloudevents+json {\"k\":\"v\"}"],
            body["entries"]!.AsArray().Select(entry => $"{entry!["event"]!.ToJsonString()} {entry["contentType"]} {entry["metadata"]!.ToJsonString()}"));
    }

    [Fact]
    public async Task Each_entry_has_its_own_verdict()
    {
        var words = new[] { "SUCCESS", "RETRY", "DROP", "", "LATER", null };
        var app = new FakeApp(request => Answer(request, index => words[index]));
        var (sidecar, engine) = await DeliveryTests.StartAsync(app, DeliveryTests.Subscription("/on") with { Bulk = Bulk });
        await using var _ = engine;

        var verdicts = await sidecar.PubSub.DeliverAsync("t", 1, [.. words.Select((_, index) => DeliveryTests.Message($$"""{"data":{{index}}}"""))]);

        Assert.Equal("S F S F F F", string.Join(' ', verdicts.Select(verdict => verdict == DeliveryVerdict.Settled ? "S" : "F")));
    }

    [Fact]
    public async Task Under_a_retry_policy_only_what_failed_is_shown_again_with_the_same_ids()
    {
        var calls = 0;
        var app = new FakeApp(request => Answer(request, index => calls++ == 0 || calls > 3 ? "SUCCESS" : "RETRY")); // the first of three, then all
        var sidecar = new TestSidecar(app, resources: Retries(2));
        await using var engine = new SubscriptionEngine(sidecar.Value);
        await engine.StartAsync([DeliveryTests.Subscription("/on") with { Bulk = Bulk }], CancellationToken.None);

        var verdicts = await sidecar.PubSub.DeliverAsync("t", 1, [.. Enumerable.Range(0, 3).Select(index => DeliveryTests.Message($$"""{"data":{{index}}}"""))]);

        Assert.All(verdicts, verdict => Assert.Equal(DeliveryVerdict.Settled, verdict));
        var entries = app.Requests.ConvertAll(request => JsonNode.Parse(request.Body.Span)!["entries"]!.AsArray().Select(entry => ((int)entry!["event"]!["data"]!, (string?)entry["entryId"])).ToList());
        Assert.Equal([0, 1, 2], entries[0].Select(entry => entry.Item1));
        Assert.Equal([1, 2], entries[1].Select(entry => entry.Item1));
        Assert.Equal(entries[0].Skip(1), entries[1]);
    }

    [Theory]
    [InlineData(200, "", false)]
    [InlineData(200, "no json", false)]
    [InlineData(200, "{}", false)]
    [InlineData(500, "", false)]
    [InlineData(404, "", true)]
    public async Task Without_statuses_all_share_one_verdict(int status, string body, bool settled)
    {
        var (sidecar, engine) = await DeliveryTests.StartAsync(FakeApp.Answering(status, body), DeliveryTests.Subscription("/on") with { Bulk = Bulk });
        await using var _ = engine;

        var verdicts = await sidecar.PubSub.DeliverAsync("t", 1, DeliveryTests.Message("{}"), DeliveryTests.Message("{}"));

        Assert.All(verdicts, verdict => Assert.Equal(settled ? DeliveryVerdict.Settled : DeliveryVerdict.Failed, verdict));
    }

    [Fact]
    public async Task What_is_lost_goes_to_the_dead_letters_in_one_publish_and_the_rest_does_not()
    {
        var app = new FakeApp(request => Answer(request, index => index == 0 ? "SUCCESS" : "RETRY"));
        var (sidecar, engine) = await DeliveryTests.StartAsync(app, DeliveryTests.Subscription("/on") with { Bulk = Bulk, DeadLetterTopic = "dead" });
        await using var _ = engine;

        var verdicts = await sidecar.PubSub.DeliverAsync("t", 1, DeliveryTests.Message("""{"data":0}"""), DeliveryTests.Message("""{"data":1}"""), DeliveryTests.Message("no json"));

        Assert.All(verdicts, verdict => Assert.Equal(DeliveryVerdict.Settled, verdict));
        Assert.Equal(["dead", "dead"], sidecar.PubSub.Published.Select(published => published.Topic));
        Assert.Equal(2, JsonNode.Parse(Assert.Single(app.Requests).Body.Span)!["entries"]!.AsArray().Count);
    }

    [Fact]
    public async Task Events_of_different_routes_are_different_requests()
    {
        var app = new FakeApp(request => Answer(request, _ => "SUCCESS"));
        var (sidecar, engine) = await DeliveryTests.StartAsync(app, DeliveryTests.Subscription("/b") with { Bulk = Bulk, Rules = [new("event.data < 2", "/a"), new("", "/b")] });
        await using var _ = engine;

        await sidecar.PubSub.DeliverAsync("t", 1, [.. Enumerable.Range(0, 4).Select(number => DeliveryTests.Message($$"""{"data":{{number}}}"""))]);

        Assert.Equal(["/a 01", "/b 23"], app.Requests.Select(request => $"{request.Path} {string.Concat(Entries(request).Select(entry => entry!["event"]!["data"]))}"));
    }

    [Fact]
    public async Task A_raw_batch_holds_base64()
    {
        var app = new FakeApp(request => Answer(request, _ => "SUCCESS"));
        var (sidecar, engine) = await DeliveryTests.StartAsync(app, DeliveryTests.Subscription("/on") with { Bulk = Bulk, Metadata = new Dictionary<string, string> { ["rawPayload"] = "true" } });
        await using var _ = engine;

        var verdicts = await sidecar.PubSub.DeliverAsync("t", 1, new PubSubMessage(new byte[] { 0, 1, 2 }, ""));

        Assert.Equal([DeliveryVerdict.Settled], verdicts);
        Assert.Equal("AAEC application/octet-stream", Entries(app.Requests[0]).Select(entry => $"{entry!["event"]} {entry["contentType"]}").Single());
    }

    internal static EmbeddedDapr.Runtime.ResourceSet Retries(int retries) => EmbeddedDapr.Runtime.ResourceLoader.Parse(
        "r.yaml",
        $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Resiliency
        metadata: { name: r }
        spec:
          policies: { retries: { r: { duration: 0s, maxRetries: {{retries}} } } }
          targets: { components: { pubsub: { inbound: { retry: r } } } }
        """);

    private static JsonArray Entries(AppRequest request) => JsonNode.Parse(request.Body.Span)!["entries"]!.AsArray();

    /// <summary>Statuses for the entries of a request; an entry whose word is null is left out.</summary>
    private static AppResponse Answer(AppRequest request, Func<int, string?> word)
    {
        var statuses = new JsonArray();
        var entries = Entries(request);
        for (var index = 0; index < entries.Count; index++)
        {
            if (word(index) is { } status)
            {
                statuses.Add((JsonNode)new JsonObject { ["entryId"] = (string?)entries[index]!["entryId"], ["status"] = status });
            }
        }

        return FakeApp.Response(200, new JsonObject { ["statuses"] = statuses }.ToJsonString());
    }
}
