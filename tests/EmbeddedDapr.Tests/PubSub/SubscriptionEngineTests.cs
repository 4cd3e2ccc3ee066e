using EmbeddedDapr.PubSub;
using EmbeddedDapr.Tests.Fakes;

namespace EmbeddedDapr.Tests.PubSub;

public sealed class SubscriptionEngineTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Programmatic_subscriptions_replace_declarative_ones_and_the_first_declarative_one_counts()
    {
        var sidecar = new TestSidecar(FakeApp.Answering(200), resources: new()
        {
            Subscriptions =
            [
                new(Subscription("t", "/decl"), []),
                new(Subscription("u", "/first"), ["app1"]),
                new(Subscription("u", "/second"), []),
                new(Subscription("v", "/other"), ["app2"]),
            ],
        });
        await using var engine = new SubscriptionEngine(sidecar.Value);

        await engine.StartAsync([Subscription("t", "/prog")], None);

        Assert.Equal(["t /prog", "u /first"], engine.Active.Select(active => $"{active.Topic} {active.Rules[0].Path}"));
        Assert.Equal(["app1", "app1"], sidecar.PubSub.Subscriptions.Select(subscription => subscription.ConsumerId));
    }

    [Fact]
    public async Task A_syntax_error_discards_the_programmatic_list_but_not_the_declarative_ones()
    {
        var broken = Subscription("x", "/x") with { Rules = [new("event.type =", "/x")] };
        var sidecar = new TestSidecar(FakeApp.Answering(200), resources: new() { Subscriptions = [new(broken, []), new(Subscription("u", "/u"), [])] });
        await using var engine = new SubscriptionEngine(sidecar.Value);

        await engine.StartAsync([Subscription("t", "/t"), broken], None);

        Assert.Equal(["u"], engine.Active.Select(active => active.Topic));
    }

    [Fact]
    public async Task Unknown_components_and_forbidden_topics_are_skipped()
    {
        var sidecar = new TestSidecar(FakeApp.Answering(200), metadata: ("subscriptionScopes", "app1=t"));
        await using var engine = new SubscriptionEngine(sidecar.Value);

        await engine.StartAsync([Subscription("t", "/t") with { PubSubName = "nope" }, Subscription("u", "/u"), Subscription("t", "/t")], None);

        Assert.Equal(["t"], engine.Active.Select(active => active.Topic));
    }

    [Fact]
    public async Task A_broker_that_refuses_is_tried_again_with_back_off()
    {
        var sidecar = new TestSidecar(FakeApp.Answering(200));
        sidecar.PubSub.SubscribeFaults = 3;
        await using var engine = new SubscriptionEngine(sidecar.Value);

        await engine.StartAsync([Subscription("t", "/t"), Subscription("u", "/u")], None);
        Assert.Equal(0, sidecar.PubSub.Subscribed.CurrentCount);
        Assert.Equal(2, engine.Active.Count);

        // The first fault was t's, the second u's, the third that of whoever came first after half a second.
        sidecar.Time.Advance(TimeSpan.FromMilliseconds(500));
        sidecar.Time.Advance(TimeSpan.FromMilliseconds(1000));

        Assert.True(await sidecar.PubSub.Subscribed.WaitAsync(TimeSpan.FromSeconds(10)), "no first subscription");
        Assert.True(await sidecar.PubSub.Subscribed.WaitAsync(TimeSpan.FromSeconds(10)), "no second subscription");
    }

    [Fact]
    public async Task Disposing_stops_deliveries_and_retries()
    {
        var sidecar = new TestSidecar(FakeApp.Answering(200));
        var engine = new SubscriptionEngine(sidecar.Value);
        await engine.StartAsync([Subscription("t", "/t")], None);
        sidecar.PubSub.SubscribeFaults = int.MaxValue;

        await engine.DisposeAsync();
        await engine.DisposeAsync();

        Assert.Empty(sidecar.PubSub.Handlers);
    }

    [Fact]
    public async Task A_retry_under_way_ends_with_the_engine()
    {
        var sidecar = new TestSidecar(FakeApp.Answering(200));
        sidecar.PubSub.SubscribeFaults = int.MaxValue;
        var engine = new SubscriptionEngine(sidecar.Value);
        await engine.StartAsync([Subscription("t", "/t")], None);

        await engine.DisposeAsync();

        Assert.Empty(sidecar.PubSub.Subscriptions);
    }

    [Fact]
    public async Task Bulk_options_reach_the_component()
    {
        var sidecar = new TestSidecar(FakeApp.Answering(200), metadata: ("consumerID", "mine"));
        await using var engine = new SubscriptionEngine(sidecar.Value);

        await engine.StartAsync([Subscription("t", "/t") with { Bulk = new(3, TimeSpan.FromSeconds(2)), DeadLetterTopic = "dead" }], None);

        var wanted = Assert.Single(sidecar.PubSub.Subscriptions);
        Assert.Equal(("t", "mine", 3, TimeSpan.FromSeconds(2), "dead"), (wanted.Topic, wanted.ConsumerId, wanted.BatchMax, wanted.BatchWait, wanted.DeadLetterTopic));
    }

    internal static AppSubscription Subscription(string topic, string path) => new()
    {
        PubSubName = "pubsub",
        Topic = topic,
        Rules = [new(string.Empty, path)],
        Kind = SubscriptionKind.Programmatic,
    };
}
