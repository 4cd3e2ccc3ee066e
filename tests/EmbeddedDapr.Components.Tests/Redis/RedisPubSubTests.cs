using System.Text;
using EmbeddedDapr.Components.Tests.Conformance;
using EmbeddedDapr.PubSub;
using StackExchange.Redis;

namespace EmbeddedDapr.Components.Tests.Redis;

/// <summary>Contract section 4.8, and what a Redis shared with daprd asks for. On a real Redis and a real clock.</summary>
public sealed class RedisPubSubTests : IAsyncLifetime
{
    private readonly List<IPubSubComponent> _opened = [];
    private RedisServer _server = null!;
    private ConnectionMultiplexer _redis = null!;

    private IDatabase Database => _redis.GetDatabase();

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartNewAsync();
        _redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_server.Port},abortConnect=false");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var opened in _opened)
        {
            await opened.DisposeAsync();
        }

        if (_server is not null)
        {
            await _redis.DisposeAsync();
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_message_is_an_entry_with_its_data_and_a_consumer_name_is_a_group()
    {
        var pubSub = await OpenAsync();
        await PublishAsync(pubSub, "before");
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync(pubSub, recipient);

        await PublishAsync(pubSub, "after");

        // Several workers hand over at one time, so that the order in which they arrive says nothing.
        Assert.Equal(["after", "before"], (await recipient.TakeAsync(2, "from the first message of the stream on")).Order());

        Assert.Equal(["data=before", "data=after"], (await Database.StreamRangeAsync("t")).SelectMany(entry => entry.Values).Select(value => $"{value.Name}={value.Value}"));
        Assert.Equal("app", (await Database.StreamGroupInfoAsync("t")).Single().Name);
        Assert.Equal("app", (await Database.StreamConsumerInfoAsync("t", "app")).Single().Name);
    }

    [Fact]
    public async Task Consumers_of_one_name_compete_and_each_name_gets_everything()
    {
        var (first, second, other) = (await OpenAsync(), await OpenAsync(), await OpenAsync());
        var (shared, own) = (new Recipient(), new Recipient());
        await using var a = await SubscribeAsync(first, shared);
        await using var b = await SubscribeAsync(second, shared);
        await using var c = await SubscribeAsync(other, own, "other");

        await PublishAsync(first, [.. Enumerable.Range(0, 20).Select(i => $"{i}")]);

        var all = Enumerable.Range(0, 20).Select(i => $"{i}").Order(StringComparer.Ordinal);
        Assert.Equal(all, (await shared.TakeAsync(20, "shared")).Order(StringComparer.Ordinal));
        Assert.Equal(all, (await own.TakeAsync(20, "other")).Order(StringComparer.Ordinal));
        Assert.True(shared.IsIdle);
    }

    [Fact]
    public async Task What_failed_stays_pending_and_comes_again_what_is_settled_does_not()
    {
        var pubSub = await OpenAsync(("processingTimeout", "300ms"), ("redeliverInterval", "100ms"));
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync(pubSub, recipient);

        await PublishAsync(pubSub, "m");
        (await recipient.NextAsync("first")).Fail();
        Assert.Equal(1, (await Database.StreamPendingAsync("t", "app")).PendingMessageCount);
        (await recipient.NextAsync("again")).Settle();

        await subscription.DisposeAsync();
        Assert.Equal(0, (await Database.StreamPendingAsync("t", "app")).PendingMessageCount);
        Assert.True(recipient.IsIdle);
    }

    [Fact]
    public async Task A_handler_that_takes_long_keeps_its_message_from_other_replicas()
    {
        (string, string)[] quick = [("processingTimeout", "300ms"), ("redeliverInterval", "100ms")];
        var (first, second) = (await OpenAsync(quick), await OpenAsync(quick));
        var (slow, other) = (new Recipient(), new Recipient());
        await using var a = await SubscribeAsync(first, slow);
        await PublishAsync(first, "m");
        var call = await slow.NextAsync("first");
        await using var b = await SubscribeAsync(second, other);

        for (var kept = 0; kept < 3; kept++)
        {
            await UntilAsync(async () => await IdleAsync() > 50);
            await UntilAsync(async () => await IdleAsync() < 50);
        }

        Assert.Equal(1, (await Database.StreamPendingMessagesAsync("t", "app", 1, RedisValue.Null)).Single().DeliveryCount);
        call.Settle();
        Assert.True(slow.IsIdle && other.IsIdle);

        async Task<long> IdleAsync() => (await Database.StreamPendingMessagesAsync("t", "app", 1, RedisValue.Null)).Single().IdleTimeInMilliseconds;
    }

    [Fact]
    public async Task What_was_read_and_not_handed_over_is_for_the_next_one_at_once()
    {
        var pubSub = await OpenAsync(("concurrency", "1"));
        var recipient = new Recipient();
        var subscription = await SubscribeAsync(pubSub, recipient);
        await PublishAsync(pubSub, "1", "2", "3");
        var call = await recipient.NextAsync("first");
        await UntilAsync(async () => (await Database.StreamPendingAsync("t", "app")).PendingMessageCount == 3);

        var stopping = subscription.DisposeAsync().AsTask();
        call.Settle();
        await stopping;

        var next = new Recipient();
        await using var again = await SubscribeAsync(await OpenAsync(), next);
        Assert.Equal(["2", "3"], (await next.TakeAsync(2, "given back")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_batch_is_handed_over_when_it_is_full()
    {
        var pubSub = await OpenAsync();
        var recipient = new Recipient();
        await using var subscription = await pubSub.SubscribeAsync(
            new PubSubSubscription { Topic = "t", ConsumerId = "app", BatchMax = 3, BatchWait = TimeSpan.FromMinutes(1) }, recipient.HandleAsync, CancellationToken.None);

        await PublishAsync(pubSub, "1", "2", "3", "4");

        var call = await recipient.NextAsync("a full batch");
        Assert.Equal(["1", "2", "3"], call.Deliveries.Select(Recipient.Text));
        call.Settle();
    }

    [Fact]
    public async Task A_redis_that_comes_back_empty_is_read_on()
    {
        var pubSub = await OpenAsync();
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync(pubSub, recipient);
        await _server.StopAsync();
        await _server.StartAsync();

        await EventuallyAsync(() => PublishAsync(pubSub, "m").AsTask());

        Assert.Equal(["m"], await recipient.TakeAsync(1, "after the restart"));
    }

    [Fact]
    public async Task Publishing_tells_which_messages_were_refused_and_bounds_the_stream()
    {
        var pubSub = await OpenAsync(("maxLenApprox", "1"));
        await Database.StringSetAsync("taken", "x");

        var failure = await Assert.ThrowsAsync<PartlyPublishedException>(async () => await pubSub.PublishAsync("taken", [Message("1"), Message("2")], CancellationToken.None));
        Assert.Equal([0, 1], failure.Failed.Keys);
        var single = await Assert.ThrowsAsync<ComponentException>(async () => await pubSub.PublishAsync("taken", [Message("1")], CancellationToken.None));
        Assert.StartsWith("redis streams: error from publish: WRONGTYPE", single.Message, StringComparison.Ordinal);

        await PublishAsync(pubSub, [.. Enumerable.Range(0, 1000).Select(i => $"{i}")]);
        Assert.True(await Database.StreamLengthAsync("t") < 1000);
    }

    private static PubSubMessage Message(string text) => new(Encoding.UTF8.GetBytes(text), "text/plain");

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private static async Task EventuallyAsync(Func<Task> action)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await action();
                return;
            }
            catch (ComponentException) when (attempt < 20)
            {
                await Task.Delay(500, TestContext.Current.CancellationToken);
            }
        }
    }

    private static ValueTask PublishAsync(IPubSubComponent pubSub, params string[] texts) => pubSub.PublishAsync("t", [.. texts.Select(Message)], CancellationToken.None);

    private static ValueTask<IAsyncDisposable> SubscribeAsync(IPubSubComponent pubSub, Recipient recipient, string consumer = "app") =>
        pubSub.SubscribeAsync(new PubSubSubscription { Topic = "t", ConsumerId = consumer }, recipient.HandleAsync, CancellationToken.None);

    private async Task<IPubSubComponent> OpenAsync(params (string, string)[] metadata)
    {
        var catalog = new ComponentCatalog();
        _ = Components.Redis.RedisComponents.AddRedis(catalog);
        var opened = await catalog.PubSubs["pubsub.redis"](_server.Spec("pubsub.redis", metadata), TestComponents.Context(TimeProvider.System, "/"), CancellationToken.None);
        _opened.Add(opened);
        return opened;
    }
}
