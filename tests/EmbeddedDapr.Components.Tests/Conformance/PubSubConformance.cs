using System.Text;
using EmbeddedDapr.PubSub;

namespace EmbeddedDapr.Components.Tests.Conformance;

/// <summary>What every pub/sub component must do. Sources: runtime contract section 4.8, the contract of <see cref="IPubSubComponent"/>.</summary>
public abstract class PubSubConformance : IAsyncLifetime
{
    /// <summary>Deliveries that components under test give a message.</summary>
    protected const int Attempts = 3;

    /// <summary>First back-off; it doubles.</summary>
    protected static readonly TimeSpan BackOff = TimeSpan.FromSeconds(1);

    protected ArmedTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));

    protected IPubSubComponent PubSub { get; private set; } = null!;

    /// <summary>Metadata that sets <see cref="Attempts"/> and <see cref="BackOff"/>.</summary>
    protected static (string Name, string Value)[] Retries => [("maxRetries", "2"), ("retryInitial", "1s"), ("retryMax", "10s")];

    public async ValueTask InitializeAsync() => PubSub = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await PubSub.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract ValueTask<IPubSubComponent> OpenAsync();

    [Fact]
    public async Task A_message_comes_as_it_was_published()
    {
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync("t", recipient);
        byte[] data = [0xFF, 0x00, .. "grüß"u8];
        await PubSub.PublishAsync(
            "t",
            [new PubSubMessage(data, "text/odd", new Dictionary<string, string> { ["ttlInSeconds"] = "5", ["ü"] = "\"{}\"" })],
            CancellationToken.None);

        var call = await recipient.NextAsync("published");
        call.Settle();

        Assert.Equal(("t", 1, "text/odd"), (call.Only.Topic, call.Only.Attempt, call.Only.Message.ContentType));
        Assert.Equal(data, call.Only.Message.Data.ToArray());
        Assert.Equal([KeyValuePair.Create("ttlInSeconds", "5"), KeyValuePair.Create("ü", "\"{}\"")], call.Only.Message.Metadata!.OrderBy(e => e.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_usual_content_type_and_no_metadata_come_back_too()
    {
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync("t", recipient);
        await PubSub.PublishAsync("t", [new PubSubMessage(ReadOnlyMemory<byte>.Empty, "application/cloudevents+json")], CancellationToken.None);

        var call = await recipient.NextAsync("published");
        call.Settle();

        Assert.Equal("application/cloudevents+json", call.Only.Message.ContentType);
        Assert.True(call.Only.Message.Data.IsEmpty);
        Assert.Null(call.Only.Message.Metadata);
    }

    [Fact]
    public async Task Only_subscribers_of_the_topic_get_it()
    {
        var wanted = new Recipient();
        var other = new Recipient();
        await using var first = await SubscribeAsync("t", wanted);
        await using var second = await SubscribeAsync("u", other);

        await PublishAsync("t", "1");

        Assert.Equal(["1"], await wanted.TakeAsync(1, "topic t"));
        Assert.True(other.IsIdle);
    }

    [Fact]
    public async Task Every_consumer_name_gets_every_message()
    {
        var a = new Recipient();
        var b = new Recipient();
        await using var first = await SubscribeAsync("t", a, consumer: "a");
        await using var second = await SubscribeAsync("t", b, consumer: "b");

        await PublishAsync("t", "1", "2");

        Assert.Equal(["1", "2"], (await a.TakeAsync(2, "consumer a")).Order());
        Assert.Equal(["1", "2"], (await b.TakeAsync(2, "consumer b")).Order());
    }

    [Fact]
    public async Task One_at_a_time_keeps_the_order_and_ids_rise()
    {
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync("t", recipient, concurrency: 1);
        foreach (var i in Enumerable.Range(0, 50))
        {
            await PublishAsync("t", $"{i}");
        }

        long last = 0;
        for (var i = 0; i < 50; i++)
        {
            var call = await recipient.NextAsync($"message {i}");
            Assert.Equal($"{i}", Recipient.Text(call.Only));
            Assert.True(call.Only.Id > last);
            last = call.Only.Id;
            call.Settle();
        }

        Assert.Equal(1, recipient.RunningMax);
    }

    [Fact]
    public async Task A_failed_message_comes_again_after_the_back_off_and_holds_up_no_other()
    {
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync("t", recipient, concurrency: 1);
        await PublishAsync("t", "bad", "good");

        (await recipient.NextAsync("first attempt")).Fail();
        Assert.Equal(["good"], await recipient.TakeAsync(1, "the one behind"));
        await Time.ArmedAsync();
        Time.Advance(BackOff - TimeSpan.FromMilliseconds(10));
        Assert.True(recipient.IsIdle);
        Time.Advance(TimeSpan.FromMilliseconds(10));

        var again = await recipient.NextAsync("second attempt");
        Assert.Equal(("bad", 2), (Recipient.Text(again.Only), again.Only.Attempt));
        again.Settle();
    }

    [Fact]
    public async Task A_handler_that_throws_has_failed()
    {
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync("t", recipient);
        await PublishAsync("t", "1");

        (await recipient.NextAsync("first attempt")).Throw();
        await Time.ArmedAsync();
        Time.Advance(BackOff);

        var again = await recipient.NextAsync("second attempt");
        Assert.Equal(2, again.Only.Attempt);
        again.Settle();
    }

    [Fact]
    public async Task After_the_last_attempt_a_message_is_given_up()
    {
        Assert.Equal(Attempts, PubSub.AttemptsMax);
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync("t", recipient);
        await PublishAsync("t", "1");
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var call = await recipient.NextAsync($"attempt {attempt}");
            Assert.Equal(attempt, call.Only.Attempt);
            call.Fail();
            if (attempt < Attempts)
            {
                await Time.ArmedAsync();
                Time.Advance(BackOff * Math.Pow(2, attempt - 1));
            }
        }

        await PublishAsync("t", "2");
        Assert.Equal(["2"], await recipient.TakeAsync(1, "after the one given up"));
        Time.Advance(TimeSpan.FromMinutes(10));
        Assert.True(recipient.IsIdle);
    }

    [Fact]
    public async Task A_batch_is_what_is_there_when_nothing_is_to_be_waited_for()
    {
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync("t", recipient, batch: 10);
        await PublishAsync("t", "0");
        var first = await recipient.NextAsync("first batch");
        await PublishAsync("t", [.. Enumerable.Range(1, 15).Select(i => $"{i}")]);
        first.Settle();

        var texts = await recipient.TakeAsync(15, "the rest");

        Assert.Equal(Enumerable.Range(1, 15).Select(i => $"{i}"), texts);
        Assert.Equal(1, recipient.RunningMax);
    }

    [Fact]
    public async Task Unsubscribing_waits_for_the_running_handler_and_takes_nothing_new()
    {
        var recipient = new Recipient();
        var subscription = await SubscribeAsync("t", recipient, concurrency: 1);
        await PublishAsync("t", "1", "2");
        var call = await recipient.NextAsync("running");

        var leaving = subscription.DisposeAsync().AsTask();
        Assert.False(leaving.IsCompleted);
        call.Settle();
        await leaving;

        Assert.True(recipient.IsIdle);
    }

    [Fact]
    public async Task Disposing_the_component_stops_its_subscriptions()
    {
        var recipient = new Recipient { Answer = _ => DeliveryVerdict.Settled };
        await SubscribeAsync("t", recipient);
        await PublishAsync("t", "1");
        await recipient.NextAsync("published");

        await PubSub.DisposeAsync();

        Assert.True(recipient.IsIdle);
    }

    [Fact]
    public async Task The_publishers_buffer_may_be_reused()
    {
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync("t", recipient);
        var buffer = "before"u8.ToArray();
        await PubSub.PublishAsync("t", [new PubSubMessage(buffer, "text/plain")], CancellationToken.None);
        "AFTER!"u8.CopyTo(buffer);

        Assert.Equal(["before"], await recipient.TakeAsync(1, "published"));
    }

    protected static PubSubMessage Message(string text) => new(Encoding.UTF8.GetBytes(text), "text/plain");

    private protected ValueTask<IAsyncDisposable> SubscribeAsync(
        string topic,
        Recipient recipient,
        string consumer = "c",
        int batch = 1,
        TimeSpan wait = default,
        int concurrency = 16) => PubSub.SubscribeAsync(
            new PubSubSubscription { Topic = topic, ConsumerId = consumer, BatchMax = batch, BatchWait = wait, ConcurrencyMax = concurrency },
            recipient.HandleAsync,
            CancellationToken.None);

    protected ValueTask PublishAsync(string topic, params string[] texts) => PubSub.PublishAsync(topic, [.. texts.Select(Message)], CancellationToken.None);
}
