using EmbeddedDapr.Components.Sqlite;
using EmbeddedDapr.Components.Sqlite.PubSub;
using EmbeddedDapr.Components.Tests.Conformance;
using EmbeddedDapr.PubSub;

namespace EmbeddedDapr.Components.Tests.Sqlite;

public sealed class SqlitePubSubTests : PubSubBatchConformance
{
    private readonly TestFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_was_published_before_anybody_subscribed_comes_too()
    {
        await PublishAsync("t", "1", "2");
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync("t", recipient, concurrency: 1);

        Assert.Equal(["1", "2"], await recipient.TakeAsync(2, "retained"));
    }

    [Fact]
    public async Task A_new_consumer_may_ask_to_start_behind_what_is_there()
    {
        await using var latest = await OpenWithAsync(("tablePrefix", "latest"), ("initialPosition", "latest"));
        await latest.PublishAsync("t", [Message("old")], CancellationToken.None);
        var recipient = new Recipient();
        await using var subscription = await latest.SubscribeAsync(
            new PubSubSubscription { Topic = "t", ConsumerId = "c" }, recipient.HandleAsync, CancellationToken.None);
        await latest.PublishAsync("t", [Message("new")], CancellationToken.None);

        Assert.Equal(["new"], await recipient.TakeAsync(1, "latest"));
    }

    [Fact]
    public async Task Consumers_of_one_name_compete()
    {
        var a = new Recipient();
        var b = new Recipient();
        await using var first = await SubscribeAsync("t", a, concurrency: 1);
        await using var second = await SubscribeAsync("t", b, concurrency: 1);

        await PublishAsync("t", "1", "2", "3");
        var calls = await Task.WhenAll(a.NextAsync("first"), b.NextAsync("second"));

        Assert.Equal(["1", "2"], calls.Select(call => Recipient.Text(call.Only)).Order());
        calls[1].Settle();
        Assert.Equal(["3"], await b.TakeAsync(1, "the free one takes the next"));
        calls[0].Settle();
    }

    [Fact]
    public async Task Single_deliveries_run_side_by_side_up_to_the_bound()
    {
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync("t", recipient, concurrency: 3);
        await PublishAsync("t", "1", "2", "3", "4");

        var calls = new[] { await recipient.NextAsync("1"), await recipient.NextAsync("2"), await recipient.NextAsync("3") };
        Assert.True(recipient.IsIdle);
        Array.ForEach(calls, call => call.Settle());
        (await recipient.NextAsync("4")).Settle();

        Assert.Equal(3, recipient.RunningMax);
    }

    [Fact]
    public async Task A_consumer_goes_on_where_it_was_after_a_restart()
    {
        var recipient = new Recipient();
        await SubscribeAsync("t", recipient, concurrency: 1);
        await PublishAsync("t", "1", "2");
        await recipient.TakeAsync(2, "before");
        await PubSub.DisposeAsync();

        await using var again = await OpenAsync();
        await again.PublishAsync("t", [Message("3")], CancellationToken.None);
        var after = new Recipient();
        await using var subscription = await again.SubscribeAsync(
            new PubSubSubscription { Topic = "t", ConsumerId = "c" }, after.HandleAsync, CancellationToken.None);

        Assert.Equal(["3"], await after.TakeAsync(1, "after"));
    }

    [Fact]
    public async Task What_was_not_settled_comes_again_after_a_restart_in_its_first_attempt()
    {
        var recipient = new Recipient();
        await SubscribeAsync("t", recipient, concurrency: 1);
        await PublishAsync("t", "1", "2", "3");
        (await recipient.NextAsync("1")).Settle();
        (await recipient.NextAsync("2")).Fail();
        (await recipient.NextAsync("3")).Settle();
        await PubSub.DisposeAsync();

        await using var again = await OpenAsync();
        var after = new Recipient();
        await using var subscription = await again.SubscribeAsync(
            new PubSubSubscription { Topic = "t", ConsumerId = "c", ConcurrencyMax = 1 }, after.HandleAsync, CancellationToken.None);

        var call = await after.NextAsync("after");
        Assert.Equal(("2", 1), (Recipient.Text(call.Only), call.Only.Attempt));
        call.Settle();
        Assert.Equal(["3"], await after.TakeAsync(1, "behind the unsettled one")); // at least once
    }

    [Fact]
    public async Task Components_on_one_file_wake_each_other_and_share_its_commits()
    {
        await using var publisher = await OpenAsync();
        Assert.Same(((SqlitePubSub)PubSub).Database, ((SqlitePubSub)publisher).Database);
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync("t", recipient);

        await publisher.PublishAsync("t", [Message("1")], CancellationToken.None);

        Assert.Equal(["1"], await recipient.TakeAsync(1, "from the other component"));
    }

    [Fact]
    public async Task Messages_that_another_process_published_are_found_by_polling()
    {
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync("t", recipient, concurrency: 1);
        await PublishAsync("t", "1");
        await recipient.TakeAsync(1, "ours");
        using (var other = SqliteSession.OpenWriter(_folder.File("pubsub.db"), new SqliteDatabaseOptions()))
        {
            other.Execute("INSERT INTO pubsub_messages SELECT max(id) + 1, 0, 1, 'text/plain', NULL, CAST('2' AS BLOB) FROM pubsub_messages");
        }

        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["2"], await recipient.TakeAsync(1, "theirs"));
        await PublishAsync("t", "3"); // its number comes after theirs
        Assert.Equal(["3"], await recipient.TakeAsync(1, "ours again"));
    }

    [Fact]
    public async Task What_every_known_consumer_has_settled_is_deleted()
    {
        var a = new Recipient { Answer = _ => DeliveryVerdict.Settled };
        var b = new Recipient();
        var first = await SubscribeAsync("t", a, "a", batch: 100);
        var second = await SubscribeAsync("t", b, "b", batch: 100);
        await PublishAsync("t", "1", "2", "3");
        await a.TakeAsync(3, "a");
        await first.DisposeAsync();
        Assert.Equal(3, await CountAsync());

        await b.TakeAsync(3, "b");
        await second.DisposeAsync();

        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task Numbers_never_come_again_after_everything_was_deleted()
    {
        var recipient = new Recipient();
        var subscription = await SubscribeAsync("t", recipient, concurrency: 1);
        await PublishAsync("t", "1", "2");
        await recipient.TakeAsync(2, "before");
        await subscription.DisposeAsync();
        Assert.Equal(0, await CountAsync());
        await PubSub.DisposeAsync();

        await using var again = await OpenAsync();
        await again.PublishAsync("t", [Message("3")], CancellationToken.None);
        var after = new Recipient();
        await using var next = await again.SubscribeAsync(
            new PubSubSubscription { Topic = "t", ConsumerId = "c" }, after.HandleAsync, CancellationToken.None);
        var call = await after.NextAsync("after");
        call.Settle();

        Assert.Equal(3, call.Only.Id);
    }

    [Theory]
    [InlineData("maxMessages", "3", 3)]
    [InlineData("maxBytes", "25", 2)] // ten bytes each
    [InlineData("retention", "1h", 1)] // all but the last are two hours old
    public async Task A_retention_limit_deletes_the_oldest_settled_or_not(string name, string value, int left)
    {
        await using var pubsub = (SqlitePubSub)await OpenWithAsync(("connectionString", "limits.db"), (name, value));
        for (var i = 0; i < 4; i++)
        {
            await pubsub.PublishAsync("t", [Message("0123456789")], CancellationToken.None);
        }

        if (name == "retention")
        {
            Time.SetUtcNow(Time.GetUtcNow().AddHours(2));
        }

        await pubsub.PublishAsync("t", [Message("abcdefghij")], CancellationToken.None);
        await pubsub.MessageLog.RetainAsync();

        Assert.Equal(left, await CountAsync(pubsub));
    }

    [Fact]
    public async Task A_consumer_not_seen_for_a_whole_retention_holds_nothing_any_more()
    {
        var recipient = new Recipient();
        await using var active = await SubscribeAsync("t", recipient, "active");
        await (await SubscribeAsync("t", new Recipient(), "gone")).DisposeAsync();
        Time.SetUtcNow(Time.GetUtcNow().AddHours(169));
        await ((SqlitePubSub)PubSub).MessageLog.RetainAsync();

        var consumers = await ((SqlitePubSub)PubSub).Database.ReadAsync(
            0,
            static (session, _) =>
            {
                List<string> names = [];
                using var rows = session.Use(new SqlText("SELECT consumer FROM pubsub_consumers"));
                while (rows.Step())
                {
                    names.Add(rows.Text(0));
                }

                return names;
            },
            CancellationToken.None);

        Assert.Equal(["active"], consumers);
    }

    [Fact]
    public async Task Reading_ahead_is_bounded_and_goes_on_when_messages_are_settled()
    {
        var bounds = new BuiltInComponentsOptions { PubSubUnsettledMax = 10, PubSubUnsettledBytesMax = 1_000 };
        await using var pubsub = await SqlitePubSub.OpenAsync(
            TestComponents.Spec("pubsub.sqlite", [("connectionString", "bounded.db"), .. Retries]),
            TestComponents.Context(Time, _folder.Path),
            new SqliteDatabaseOptions(),
            bounds,
            CancellationToken.None);
        await pubsub.PublishAsync("t", [.. Enumerable.Range(0, 100).Select(i => Message(new string((char)('a' + (i % 26)), i % 7 == 0 ? 900 : 1)))], CancellationToken.None);
        var recipient = new Recipient();
        await using var subscription = await pubsub.SubscribeAsync(
            new PubSubSubscription { Topic = "t", ConsumerId = "c", BatchMax = 100 }, recipient.HandleAsync, CancellationToken.None);

        var taken = 0;
        while (taken < 100)
        {
            var call = await recipient.NextAsync($"after {taken}");
            Assert.InRange(call.Deliveries.Count, 1, 10);
            taken += call.Deliveries.Count;
            call.Settle();
        }
    }

    [Fact]
    public async Task All_messages_of_a_failed_commit_are_refused_and_none_is_delivered()
    {
        var database = ((SqlitePubSub)PubSub).Database;
        await PublishAsync("t", "1");
        database.Writer.BeforeCommit = () => throw new IOException("disk on fire");
        await Assert.ThrowsAsync<IOException>(() => PublishAsync("t", "2").AsTask());
        database.Writer.BeforeCommit = null;
        await PublishAsync("t", "3");
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync("t", recipient, concurrency: 1);

        Assert.Equal(["1", "3"], await recipient.TakeAsync(2, "committed ones"));
    }

    [Theory]
    [InlineData("maxMessages", "-1")]
    [InlineData("maxBytes", "lots")]
    [InlineData("initialPosition", "middle")]
    [InlineData("pollInterval", "0")]
    [InlineData("tablePrefix", "a-b")]
    public async Task Metadata_that_makes_no_sense_is_refused(string name, string value) =>
        await Assert.ThrowsAsync<ComponentException>(() => OpenWithAsync((name, value)).AsTask());

    protected override ValueTask<IPubSubComponent> OpenAsync() => OpenWithAsync();

    private ValueTask<IPubSubComponent> OpenWithAsync(params (string Name, string Value)[] metadata) => SqlitePubSub.OpenAsync(
        TestComponents.Spec("pubsub.sqlite", [("connectionString", "pubsub.db"), .. Retries, .. metadata]),
        TestComponents.Context(Time, _folder.Path),
        new SqliteDatabaseOptions(),
        new BuiltInComponentsOptions(),
        CancellationToken.None);

    private ValueTask<long> CountAsync() => CountAsync((SqlitePubSub)PubSub);

    private static ValueTask<long> CountAsync(SqlitePubSub pubsub) => pubsub.Database.ReadAsync(
        0,
        static (session, _) =>
        {
            using var row = session.Use(new SqlText("SELECT count(*) FROM pubsub_messages"));
            return row.Step() ? row.Int64(0) : -1;
        },
        CancellationToken.None);
}
