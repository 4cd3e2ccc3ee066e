using EmbeddedDapr.Components.Tests.Conformance;
using EmbeddedDapr.PubSub;

namespace EmbeddedDapr.Components.Tests.InMemory;

public sealed class InMemoryPubSubTests : PubSubConformance
{
    private readonly ComponentCatalog _catalog = BuiltInComponents.Catalog(new BuiltInComponentsOptions { InMemoryQueueLength = 50 });

    [Fact]
    public async Task Every_subscription_gets_a_copy_whatever_its_consumer_name()
    {
        var a = new Recipient();
        var b = new Recipient();
        await using var first = await SubscribeAsync("t", a, consumer: "same");
        await using var second = await SubscribeAsync("t", b, consumer: "same");

        await PublishAsync("t", "1");

        Assert.Equal(["1"], await a.TakeAsync(1, "first"));
        Assert.Equal(["1"], await b.TakeAsync(1, "second"));
    }

    [Fact]
    public async Task A_bulk_subscription_gets_each_message_in_a_call_of_its_own_after_the_wait()
    {
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync("t", recipient, batch: 3, wait: TimeSpan.FromSeconds(1));
        await PublishAsync("t", "1", "2");

        Assert.True(recipient.IsIdle);
        foreach (var text in new[] { "1", "2" })
        {
            var coming = recipient.NextAsync(text);
            while (!coming.IsCompleted)
            {
                Time.Advance(TimeSpan.FromMilliseconds(100));
                await Task.Yield();
            }

            var call = await coming;
            Assert.Equal(text, Recipient.Text(call.Only));
            call.Settle();
        }
    }

    [Theory]
    [InlineData(null, 1, true)]
    [InlineData("2", 3, false)]
    public async Task A_dead_letter_topic_or_a_policy_replaces_retries_that_nobody_asked_for(string? retries, int attempts, bool policy)
    {
        await using var pubSub = await _catalog.PubSubs["pubsub.in-memory"](
            TestComponents.Spec("pubsub.in-memory", retries is null ? [] : [("maxRetries", retries)]), TestComponents.Context(Time, "/"), CancellationToken.None);

        Assert.Equal((attempts, policy), (pubSub.AttemptsBeforeDeadLetter, pubSub.PolicyIsFinal));
    }

    [Fact]
    public async Task A_trailing_star_matches_any_end()
    {
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync("device/*", recipient);

        await PublishAsync("devices", "no");
        await PublishAsync("device/1", "yes");

        Assert.Equal(["yes"], await recipient.TakeAsync(1, "pattern"));
    }

    [Fact]
    public async Task Publishers_wait_while_a_queue_is_full_and_go_on_when_there_is_room()
    {
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync("t", recipient);

        var publishing = PublishAsync("t", [.. Enumerable.Range(0, 51).Select(i => $"{i}")]).AsTask();
        Assert.False(publishing.IsCompleted);
        var texts = await recipient.TakeAsync(51, "all of them");
        await publishing;

        Assert.Equal(Enumerable.Range(0, 51).Select(i => $"{i}"), texts);
    }

    [Fact]
    public async Task A_publisher_that_waits_is_let_go_when_the_subscriber_leaves()
    {
        var recipient = new Recipient();
        var subscription = await SubscribeAsync("t", recipient);
        var publishing = PublishAsync("t", [.. Enumerable.Range(0, 60).Select(i => $"{i}")]).AsTask();
        var call = await recipient.NextAsync("first");

        var leaving = subscription.DisposeAsync().AsTask();
        call.Settle();
        await leaving;

        await publishing.WaitAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
    }

    [Fact]
    public async Task Components_of_one_name_reach_each_other()
    {
        var recipient = new Recipient();
        await using var other = await OpenAsync();
        await using var subscription = await other.SubscribeAsync(
            new PubSubSubscription { Topic = "t", ConsumerId = "other" }, recipient.HandleAsync, CancellationToken.None);

        await PublishAsync("t", "1");

        Assert.Equal(["1"], await recipient.TakeAsync(1, "other component"));
    }

    protected override ValueTask<IPubSubComponent> OpenAsync() => _catalog.PubSubs["pubsub.in-memory"](
        TestComponents.Spec("pubsub.in-memory", Retries),
        TestComponents.Context(Time, "/"),
        CancellationToken.None);
}
