using EmbeddedDapr.Actors;

namespace EmbeddedDapr.Tests.Actors;

public sealed class ReminderSchedulerTests
{
    private const string Fired = "PUT /actors/T/1/method/remind/r";

    [Fact]
    public async Task A_tick_that_fails_is_tried_four_times_a_second_apart_and_then_given_up()
    {
        await using var app = new ActorHarness().Host("T");
        app.Answer = (_, _) => ValueTask.FromResult(500);
        await app.RemindAsync("1", """{"dueTime":"10s"}""");

        app.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(Fired, await app.NextCallAsync());
        for (var retry = 0; retry < 3; retry++)
        {
            // The next try is armed once the last one is written down.
            await AdvanceUntilCalledAsync(app, TimeSpan.FromSeconds(1));
            Assert.Equal(Fired, await app.NextCallAsync());
        }

        await UntilAsync(() => app.Reminders.Count == 0);
        app.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.True(app.IsQuiet);
    }

    [Fact]
    public async Task Repetitions_are_counted_and_missed_ticks_are_all_delivered()
    {
        await using var app = new ActorHarness().Host("T");
        await app.RemindAsync("1", """{"dueTime":"1s","period":"R3/PT1S","data":{"a":1}}""");

        app.Time.Advance(TimeSpan.FromSeconds(100));

        for (var tick = 0; tick < 3; tick++)
        {
            Assert.Equal(Fired, await app.NextCallAsync());
        }

        await UntilAsync(() => app.Reminders.Count == 0);
        Assert.True(app.IsQuiet);
    }

    [Fact]
    public async Task What_was_killed_in_its_callback_fires_again_after_the_restart()
    {
        var app = new ActorHarness().Host("T");
        app.Answer = static async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return 200;
        };
        await app.RemindAsync("1", """{"dueTime":"1s"}""");
        app.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Fired, await app.NextCallAsync());
        await app.Actors.DisposeAsync();

        await using var again = new ActorHarness(app.Time, app.Reminders).Host("T");

        Assert.Equal(Fired, await again.NextCallAsync());
        await UntilAsync(() => app.Reminders.Count == 0);
    }

    [Fact]
    public async Task Reminders_of_a_type_that_is_not_hosted_wait_until_it_is()
    {
        var store = new FakeReminderStore();
        var before = new ActorHarness(reminders: store).Host("T");
        await before.RemindAsync("1", """{"dueTime":"1s"}""");
        await before.DisposeAsync();

        await using var after = new ActorHarness(before.Time, store);
        after.Time.Advance(TimeSpan.FromHours(1));
        Assert.True(after.IsQuiet);
        after.Host("T");

        Assert.Equal(Fired, await after.NextCallAsync());
    }

    [Fact]
    public async Task A_window_much_smaller_than_the_crowd_fires_everybody_once()
    {
        const int crowd = 500;
        var options = new ActorRuntimeOptions { ReminderWindowMax = 10, ReminderConcurrencyMax = 3, ReminderWindow = TimeSpan.FromSeconds(10) };
        await using var app = new ActorHarness(options: options).Host("T");
        var random = new Random(7);
        for (var id = 0; id < crowd; id++)
        {
            await app.RemindAsync($"{id}", $$"""{"dueTime":"{{random.Next(1, 40)}}s"}""");
            Assert.InRange(app.Actors.RemindersInMemory, 0, 20);
        }

        var calls = new HashSet<string>();
        for (var second = 0; second < 41; second++)
        {
            var due = app.Reminders.CountDue(app.Time.GetUtcNow() + TimeSpan.FromSeconds(1));
            app.Time.Advance(TimeSpan.FromSeconds(1));
            for (; due > 0; due--)
            {
                Assert.True(calls.Add(await app.NextCallAsync()), "nobody fires twice");
            }
        }

        Assert.Equal(crowd, calls.Count);
        await UntilAsync(() => app.Reminders.Count == 0);
        Assert.True(app.IsQuiet);
    }

    [Fact]
    public async Task What_changes_while_a_page_is_read_wins_over_the_page()
    {
        var store = new FakeReminderStore();
        var first = new ActorHarness(reminders: store).Host("T");
        await first.RemindAsync("1", """{"dueTime":"5s"}""");
        await first.RemindAsync("2", """{"dueTime":"5s"}""");
        await first.DisposeAsync();
        var gate = new TaskCompletionSource();
        store.PageGate = gate.Task;
        await using var app = new ActorHarness(first.Time, store).Host("T");
        await UntilAsync(() => store.PagesRead == 2);

        await app.Actors.DeleteReminderAsync("T", "1", "r", TestContext.Current.CancellationToken);
        await app.RemindAsync("2", """{"dueTime":"7s"}""");
        await app.RemindAsync("3", """{"dueTime":"6s"}""");
        gate.SetResult();
        await UntilAsync(() => app.Actors.RemindersInMemory == 2);
        app.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("PUT /actors/T/3/method/remind/r", await app.NextCallAsync());
        Assert.True(app.IsQuiet);
        app.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("PUT /actors/T/2/method/remind/r", await app.NextCallAsync());
    }

    [Theory]
    [InlineData("""{"dueTime":"1s","period":"R3/P1D"}""", "unsupported period format: R3/P1D")]
    [InlineData("{}", "job must have either a due time or a schedule")]
    [InlineData("""{"dueTime":"1s","ttl":"5s"}""", "job must have a schedule to have a ttl")]
    [InlineData("""{"dueTime":"9s","period":"1s","ttl":"-5s"}""", "ttl must be greater than due time")]
    public async Task A_registration_that_makes_no_sense_is_refused(string json, string why)
    {
        await using var app = new ActorHarness().Host("T");

        var error = await app.RemindAsync("1", json);

        Assert.Equal("ERR_ACTOR_REMINDER_CREATE", error?.Code);
        Assert.Contains(why, error!.Message, StringComparison.Ordinal);
    }

    private static async Task AdvanceUntilCalledAsync(ActorHarness app, TimeSpan step)
    {
        await UntilAsync(() => app.Actors.RemindersWaiting == 1);
        app.Time.Advance(step);
    }

    /// <summary>For what happens on other threads right after a call that the test has seen; it needs no clock to move.</summary>
    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            timeout.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
