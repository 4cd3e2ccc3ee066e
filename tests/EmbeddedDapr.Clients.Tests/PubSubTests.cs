using Dapr.Client;

namespace EmbeddedDapr.Clients.Tests;

public sealed class PubSubTests(ClientApp app) : IClassFixture<ClientApp>
{
    private const string PubSub = "pubsub";

    private DaprClient Client => app.Client;

    [Fact]
    public async Task An_event_reaches_its_subscriber()
    {
        await Client.PublishEventAsync(PubSub, "orders", new Order("a", 3));

        Assert.Equal("a 3", await app.NextAsync("orders"));
    }

    [Fact]
    public async Task Events_published_in_bulk_all_arrive()
    {
        var answer = await Client.BulkPublishEventAsync(PubSub, "orders", [new Order("b1", 1), new Order("b2", 2)]);

        Assert.Empty(answer.FailedEntries);
        string[] arrived = [await app.NextAsync("orders"), await app.NextAsync("orders")];
        Assert.Equal(["b1 1", "b2 2"], arrived.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_subscriber_in_bulk_gets_events_and_answers_for_each()
    {
        await Client.BulkPublishEventAsync(PubSub, "bulk", [new Order("c1", 1), new Order("c2", 2)]);

        string[] arrived = [await app.NextAsync("bulk"), await app.NextAsync("bulk")];
        Assert.Equal(["c1", "c2"], arrived.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_the_subscriber_drops_goes_to_the_dead_letter_topic()
    {
        await Client.PublishEventAsync(PubSub, "failing", new Order("d", 4));

        Assert.Equal("d 4", await app.NextAsync("dead"));
    }

    [Fact]
    public async Task Rules_choose_the_route()
    {
        await Client.PublishEventAsync(PubSub, "routed", new Order("big", 101));
        Assert.Equal("big", await app.NextAsync("large"));

        await Client.PublishEventAsync(PubSub, "routed", new Order("tiny", 100));
        Assert.Equal("tiny", await app.NextAsync("small"));
    }

    [Fact]
    public async Task A_raw_payload_is_unwrapped_to_what_was_published()
    {
        await Client.PublishByteEventAsync(PubSub, "raw", "plain"u8.ToArray(), "text/plain", new Dictionary<string, string> { ["rawPayload"] = "true" });

        Assert.Equal("plain", await app.NextAsync("raw"));
    }

    [Fact]
    public async Task An_unknown_component_is_an_error_that_names_it()
    {
        var failure = await Assert.ThrowsAsync<Dapr.DaprException>(() => Client.PublishEventAsync("nowhere", "orders", 1));

        Assert.Contains("nowhere", failure.InnerException!.Message, StringComparison.Ordinal);
    }
}
