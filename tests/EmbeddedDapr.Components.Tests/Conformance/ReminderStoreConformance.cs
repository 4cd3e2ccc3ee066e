using EmbeddedDapr.Actors;

namespace EmbeddedDapr.Components.Tests.Conformance;

/// <summary>What every reminder store must do. Source: the contract of <see cref="IReminderStore"/>.</summary>
public abstract class ReminderStoreConformance : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    protected IReminderStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Store = await OpenAsync();

    public abstract ValueTask DisposeAsync();

    protected abstract ValueTask<IReminderStore> OpenAsync();

    [Fact]
    public async Task Every_field_comes_back()
    {
        var full = Reminder("id", "full") with
        {
            FailedTries = 2,
            Period = TimeSpan.FromMilliseconds(1500),
            Remaining = 7,
            ExpiresAt = Start.AddDays(1),
            Data = "{\"a\":1}"u8.ToArray(),
            DueTimeText = "5s",
            PeriodText = "1.5s",
            TtlText = "2030-01-02T00:00:00Z",
            Policy = new(TimeSpan.FromSeconds(5), 7),
        };
        var endless = Reminder("id", "endless") with { Policy = new(TimeSpan.FromSeconds(5), null) };
        var bare = Reminder("id", "bare");
        await Put(full);
        await Put(endless);
        await Put(bare);

        AssertSame(full, await Get("id", "full"));
        AssertSame(endless, await Get("id", "endless"));
        AssertSame(bare, await Get("id", "bare"));
    }

    [Fact]
    public async Task A_missing_reminder_is_null_and_deleting_it_is_fine()
    {
        await Store.DeleteAsync("T", "id", "n", CancellationToken.None);

        Assert.Null(await Get("id", "n"));
    }

    [Fact]
    public async Task A_reminder_is_replaced_unless_told_otherwise()
    {
        Assert.True(await Put(Reminder("id", "n")));
        Assert.False(await Store.PutAsync(Reminder("id", "n", version: 2), overwrite: false, CancellationToken.None));
        Assert.Equal(1, (await Get("id", "n"))!.Version);

        Assert.True(await Put(Reminder("id", "n", version: 3)));
        Assert.Equal(3, (await Get("id", "n"))!.Version);
    }

    [Fact]
    public async Task A_deleted_reminder_is_gone_from_every_answer()
    {
        await Put(Reminder("id", "n"));
        await Store.DeleteAsync("T", "id", "n", CancellationToken.None);

        Assert.Null(await Get("id", "n"));
        Assert.Empty(await Due(Start.AddYears(1)));
        Assert.Null(await Store.NextDueAsync(["T"], Start, CancellationToken.None));
    }

    [Fact]
    public async Task The_reminders_of_an_actor_or_of_a_type_are_deleted_together()
    {
        await Put(Reminder("a", "1"));
        await Put(Reminder("a", "2"));
        await Put(Reminder("b", "3"));
        await Put(Reminder("b", "4") with { ActorType = "U" });

        await Store.DeleteAllAsync("T", "a", CancellationToken.None);
        Assert.Equal(["3"], (await Store.ListAsync("T", null, 10, CancellationToken.None)).Select(reminder => reminder.Name));

        await Store.DeleteAllAsync("T", null, CancellationToken.None);
        Assert.Empty(await Due(Start.AddYears(1)));
        Assert.Single(await Store.ListAsync("U", null, 10, CancellationToken.None));
    }

    [Fact]
    public async Task Bookkeeping_of_a_tick_replaces_or_removes_the_version_that_fired()
    {
        var fired = Reminder("id", "n");
        await Put(fired);

        await Store.AdvanceAsync(fired, fired with { NextDue = Start.AddSeconds(9), FailedTries = 1 }, CancellationToken.None);
        Assert.Equal((Start.AddSeconds(9), 1), ((await Get("id", "n"))!.NextDue, (await Get("id", "n"))!.FailedTries));

        await Store.AdvanceAsync(fired, null, CancellationToken.None);
        Assert.Null(await Get("id", "n"));
    }

    [Fact]
    public async Task Bookkeeping_of_a_tick_leaves_a_replaced_reminder_alone()
    {
        var fired = Reminder("id", "n");
        await Put(fired);
        await Put(Reminder("id", "n", version: 2));

        await Store.AdvanceAsync(fired, fired with { NextDue = Start.AddHours(1) }, CancellationToken.None);
        await Store.AdvanceAsync(fired, null, CancellationToken.None);

        Assert.Equal((2L, Start), ((await Get("id", "n"))!.Version, (await Get("id", "n"))!.NextDue));
    }

    [Fact]
    public async Task Bookkeeping_of_a_tick_does_not_bring_back_a_deleted_reminder()
    {
        var fired = Reminder("id", "n");
        await Store.AdvanceAsync(fired, fired with { NextDue = Start.AddHours(1) }, CancellationToken.None);

        Assert.Null(await Get("id", "n"));
    }

    [Fact]
    public async Task Due_reminders_come_earliest_first_of_the_types_asked_for_up_to_the_limit()
    {
        await Put(Reminder("a", "3", seconds: 3));
        await Put(Reminder("b", "1", seconds: 1));
        await Put(Reminder("c", "2", seconds: 2) with { ActorType = "U" });
        await Put(Reminder("d", "0", seconds: 0) with { ActorType = "Other" });

        Assert.Equal(["1", "2", "3"], (await Due(Start.AddSeconds(4), "T", "U")).Select(r => r.Name));
        Assert.Equal(["1", "2"], (await Due(Start.AddSeconds(3), "T", "U")).Select(r => r.Name)); // before, not at
        Assert.Equal(["1"], (await Store.DueAsync(["T", "U"], Start.AddSeconds(4), 1, CancellationToken.None)).Select(r => r.Name));
    }

    [Fact]
    public async Task The_next_due_time_is_the_first_at_or_after_a_moment()
    {
        await Put(Reminder("a", "n", seconds: 1));
        await Put(Reminder("b", "n", seconds: 5));

        Assert.Equal(Start.AddSeconds(1), await Store.NextDueAsync(["T"], Start.AddSeconds(1), CancellationToken.None));
        Assert.Equal(Start.AddSeconds(5), await Store.NextDueAsync(["T"], Start.AddSeconds(1).AddTicks(1), CancellationToken.None));
        Assert.Null(await Store.NextDueAsync(["T"], Start.AddSeconds(6), CancellationToken.None));
        Assert.Null(await Store.NextDueAsync(["U"], Start, CancellationToken.None));
    }

    [Fact]
    public async Task Lists_are_of_one_actor_or_of_a_type_by_name()
    {
        await Put(Reminder("a", "2"));
        await Put(Reminder("a", "1"));
        await Put(Reminder("b", "3"));
        await Put(Reminder("a", "4") with { ActorType = "U" });

        Assert.Equal(["1", "2"], (await Store.ListAsync("T", "a", 10, CancellationToken.None)).Select(r => r.Name));
        Assert.Equal(["1", "2", "3"], (await Store.ListAsync("T", null, 10, CancellationToken.None)).Select(r => r.Name));
        Assert.Equal(["1"], (await Store.ListAsync("T", null, 1, CancellationToken.None)).Select(r => r.Name));
    }

    protected static ReminderRecord Reminder(string id, string name, int seconds = 0, long version = 1) =>
        new() { ActorType = "T", ActorId = id, Name = name, NextDue = Start.AddSeconds(seconds), Version = version };

    protected static void AssertSame(ReminderRecord expected, ReminderRecord? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Data.ToArray(), actual.Data.ToArray());
        Assert.Equal(expected, actual with { Data = expected.Data });
    }

    protected ValueTask<bool> Put(ReminderRecord reminder) => Store.PutAsync(reminder, overwrite: true, CancellationToken.None);

    protected ValueTask<ReminderRecord?> Get(string id, string name) => Store.GetAsync("T", id, name, CancellationToken.None);

    private ValueTask<IReadOnlyList<ReminderRecord>> Due(DateTimeOffset before, params string[] types) =>
        Store.DueAsync(types.Length == 0 ? ["T"] : types, before, 100, CancellationToken.None);
}
