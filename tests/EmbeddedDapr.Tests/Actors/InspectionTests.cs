using EmbeddedDapr.Actors;
using EmbeddedDapr.Apps;

namespace EmbeddedDapr.Tests.Actors;

/// <summary>What the runtime tells of its actors, beyond daprd.</summary>
public sealed class InspectionTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Active_actors_come_in_pages_by_id()
    {
        await using var app = new ActorHarness().Host("T", "U");
        foreach (var id in new[] { "b", "d", "a", "e", "c" })
        {
            await CallAsync(app, id);
        }

        List<string> ids = [];
        var (after, pages) = (string.Empty, 0);
        for (string? next = string.Empty; next is not null; pages++)
        {
            var page = app.Actors.DescribeActors("T", after, limit: 2).Value;
            ids.AddRange(page.Actors.Select(actor => actor.Id));
            next = page.Next;
            after = next ?? after;
        }

        Assert.Equal(["a", "b", "c", "d", "e"], ids);
        Assert.Equal(3, pages);
        Assert.Equal([new ActorTypeDescription("T", 5, 0), new ActorTypeDescription("U", 0, 0)], app.Actors.DescribeTypes());
    }

    [Fact]
    public async Task What_waits_and_what_takes_long_is_shown()
    {
        await using var app = new ActorHarness(options: new ActorRuntimeOptions { SlowTurnThreshold = TimeSpan.FromSeconds(5), SlowTurnsKept = 2 }).Host("T");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Answer = async (_, _) =>
        {
            await gate.Task;
            return 200;
        };
        var slow = CallAsync(app, "1");
        await app.NextCallAsync();
        var behind = CallAsync(app, "1");
        app.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Empty(app.Actors.SlowTurns());

        app.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(new ActorDescription("1", 1, new TurnDescription("method", "m", TimeSpan.FromSeconds(6))), app.Actors.DescribeActor("T", "1").Value);
        var running = Assert.Single(app.Actors.SlowTurns());
        Assert.Equal((true, TimeSpan.FromSeconds(6)), (running.IsRunning, running.Elapsed));

        gate.SetResult();
        await Task.WhenAll(slow, behind);
        Assert.Equal([running with { IsRunning = false }], app.Actors.SlowTurns());
        Assert.Equal(new ActorDescription("1", 0, null), app.Actors.DescribeActor("T", "1").Value);
    }

    [Fact]
    public async Task Timers_and_reminders_of_an_actor_are_listed()
    {
        await using var app = new ActorHarness().Host("T");
        app.Actors.CreateTimer("T", "1", "b", new ScheduleRequest { DueTime = "10s", Period = "R3/PT5S", Callback = "cb" });
        app.Actors.CreateTimer("T", "1", "a", new ScheduleRequest { DueTime = "10s" });
        app.Actors.CreateTimer("T", "2", "c", new ScheduleRequest { DueTime = "10s" });
        await app.RemindAsync("1", """{"dueTime":"1h","period":"R2/PT1S"}""");

        var due = app.Time.GetUtcNow().AddSeconds(10);
        Assert.Equal(
            [new TimerDescription("a", "10s", "", "", due, 1, null), new TimerDescription("b", "10s", "R3/PT5S", "cb", due, 3, null)],
            app.Actors.DescribeTimers("T", "1").Value);
        var reminder = Assert.Single((await app.Actors.DescribeRemindersAsync("T", "1", Cancelled)).Value);
        Assert.Equal(("r", 2), (reminder.Name, reminder.Remaining));
    }

    [Fact]
    public async Task Who_asks_for_what_is_not_there_is_told_so()
    {
        await using var app = new ActorHarness().Host("T");

        Assert.Equal("ERR_ACTOR_TYPE_NOT_HOSTED", app.Actors.DescribeActors("U", "", 10).Error?.Code);
        Assert.Equal("ERR_ACTOR_TYPE_NOT_HOSTED", app.Actors.DescribeTimers("U", "1").Error?.Code);
        Assert.Equal("ERR_ACTOR_NOT_ACTIVE", app.Actors.DescribeActor("T", "1").Error?.Code);
        Assert.Equal("ERR_BAD_REQUEST", app.Actors.DescribeActors("T", "", 0).Error?.Code);
        Assert.Equal("ERR_BAD_REQUEST", app.Actors.DescribeActors("T", "", 1_001).Error?.Code);
    }

    private static Task<ApiResult<AppResponse>> CallAsync(ActorHarness app, string id) => app.Actors.InvokeAsync(new ActorInvocation { ActorType = "T", ActorId = id, Method = "m" }, Cancelled).AsTask();
}
