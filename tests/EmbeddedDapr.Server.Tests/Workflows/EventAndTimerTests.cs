using TaskHub.Protocol;
using Kind = TaskHub.Protocol.HistoryEvent.EventTypeOneofCase;

namespace EmbeddedDapr.Server.Tests.Workflows;

/// <summary>External events and timers (contract 7.3).</summary>
public sealed class EventAndTimerTests
{
    [Fact]
    public async Task E07_an_event_before_the_wait_comes_in_a_later_turn()
    {
        await using var bench = await WorkflowBench.StartAsync();
        await bench.StartAsync("w");
        Assert.Null(await bench.Engine.RaiseAsync("w", "go", "1"));

        bench.Worker(turn => turn.Answer(turn.Raised.Count > 0 ? [Turn.Done(0, turn.Raised[0])] : []));

        Assert.Equal("1", (await bench.EndAsync("w")).Output);
    }

    [Fact]
    public async Task E08_events_of_one_name_keep_their_order()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(turn => turn.Answer(turn.Raised.Count == 10 ? [Turn.Done(0, string.Join(',', turn.Raised))] : []));
        await bench.StartedAsync("w");

        for (var number = 0; number < 10; number++)
        {
            await bench.Engine.RaiseAsync("w", "go", $"{number}");
        }

        Assert.Equal("0,1,2,3,4,5,6,7,8,9", (await bench.EndAsync("w")).Output);
    }

    [Fact]
    public async Task E11_a_wait_runs_out_not_before_its_time_and_the_event_stays_for_the_next()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(turn => turn.IsFirst
            ? turn.Answer(Turn.EventTimer(0, turn.Now.AddSeconds(5), "go"))
            : turn.Answer(turn.Has(Kind.EventRaised) ? [Turn.Done(1, turn.Has(Kind.TimerFired) ? "late" : "in time")] : []));
        await bench.StartedAsync("w");

        bench.Time.Advance(TimeSpan.FromMilliseconds(4999));
        Assert.DoesNotContain(await bench.HistoryAsync("w"), one => one.TimerFired is not null);
        bench.Time.Advance(TimeSpan.FromMilliseconds(2));
        await worker.GivenTurnsAsync(2);
        await bench.Engine.RaiseAsync("w", "go", null);

        Assert.Equal("late", (await bench.EndAsync("w")).Output);
    }

    [Fact]
    public async Task E15_an_event_ends_the_timer_of_its_own_wait_only()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(turn => turn.IsFirst
            ? turn.Answer(Turn.EventTimer(0, turn.Now.AddSeconds(5), "Go"), Turn.EventTimer(1, turn.Now.AddSeconds(5), "go"), Turn.EventTimer(2, turn.Now.AddSeconds(5), "other"))
            : turn.Answer(turn.Count(Kind.TimerFired) == 2 ? [Turn.Done(3)] : []));
        await bench.StartedAsync("w");

        await bench.Engine.RaiseAsync("w", "gO", null);
        await worker.GivenTurnsAsync(2);
        await bench.UntilAsync("w", row => row.Version == 3);
        bench.Time.Advance(TimeSpan.FromSeconds(6));
        await bench.EndAsync("w");

        var fired = (await bench.HistoryAsync("w")).Where(one => one.TimerFired is not null).Select(one => one.TimerFired.TimerId).ToList();
        Assert.Equal([1, 2], fired);
    }

    [Fact]
    public async Task E17_a_timer_of_the_year_9999_never_fires_and_the_workflow_can_end()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(turn => turn.IsFirst
            ? turn.Answer(Turn.EventTimer(0, DateTimeOffset.MaxValue, "go"))
            : turn.Answer(Turn.Done(1)));
        await bench.StartedAsync("w");
        Assert.Null(await bench.Engine.Store.NextDueAsync(DateTimeOffset.MinValue, bench.Token));

        await bench.Engine.RaiseAsync("w", "go", null);

        await bench.EndAsync("w");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-60_000)]
    [InlineData(0.5)]
    [InlineData(250)]
    public async Task E18_a_timer_is_never_early(double milliseconds)
    {
        await using var bench = await WorkflowBench.StartAsync();
        var due = bench.Time.GetUtcNow().AddMilliseconds(milliseconds);
        var worker = bench.Worker(turn => turn.IsFirst ? turn.Answer(Turn.Timer(0, due)) : turn.Answer(Turn.Done(1)));
        await bench.StartedAsync("w");

        if (milliseconds > 0)
        {
            Assert.Single(worker.Turns);
            bench.Time.Advance(TimeSpan.FromMilliseconds(Math.Ceiling(milliseconds)));
        }

        await bench.EndAsync("w");
        var fired = (await bench.HistoryAsync("w")).Single(one => one.TimerFired is not null);
        Assert.True(fired.Timestamp.ToDateTimeOffset() >= due);
        Assert.Equal(due, fired.TimerFired.FireAt.ToDateTimeOffset());
    }

    [Fact]
    public async Task E19_a_timer_in_a_hundred_days_survives_a_restart()
    {
        await using var bench = await WorkflowBench.StartAsync(durable: true);
        WorkflowResponse Answer(Turn turn) => turn.IsFirst ? turn.Answer(Turn.Timer(0, turn.Now.AddDays(100))) : turn.Answer(Turn.Done(1));
        bench.Worker(Answer);
        await bench.StartedAsync("w");

        await bench.RestartAsync();
        bench.Worker(Answer);
        for (var day = 0; day < 99; day++)
        {
            bench.Time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(OrchestrationStatus.Running, (await bench.Engine.RowAsync("w", bench.Token))!.Status);
        await AdvanceUntilEndAsync(bench, "w", TimeSpan.FromHours(1), 60);
    }

    [Fact]
    public async Task E20_timers_fire_in_the_order_of_their_times()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(turn => turn.IsFirst
            ? turn.Answer(Turn.Timer(0, turn.Now.AddSeconds(3)), Turn.Timer(1, turn.Now.AddSeconds(1)), Turn.Timer(2, turn.Now.AddSeconds(2)), Turn.Timer(3, turn.Now.AddSeconds(1.5)))
            : turn.Answer(turn.Count(Kind.TimerFired) == 4 ? [Turn.Done(4)] : []));
        await bench.StartedAsync("w");

        bench.Time.Advance(TimeSpan.FromSeconds(10));

        await bench.EndAsync("w");
        Assert.Equal([1, 3, 2, 0], (await bench.HistoryAsync("w")).Where(one => one.TimerFired is not null).Select(one => one.TimerFired.TimerId));
    }

    [Fact]
    public async Task Timers_beyond_the_bound_wait_in_the_store_and_fire_all_the_same()
    {
        await using var bench = await WorkflowBench.StartAsync(options: new() { TimersInMemoryMax = 3, ResultLinger = TimeSpan.Zero });
        bench.Worker(turn => turn.IsFirst
            ? turn.Answer([.. Enumerable.Range(0, 20).Select(id => Turn.Timer(id, turn.Now.AddSeconds(id + 1)))])
            : turn.Answer(turn.Count(Kind.TimerFired) == 20 ? [Turn.Done(20)] : []));
        await bench.StartedAsync("w");

        Assert.True(bench.Engine.Timers.Count <= 6, $"{bench.Engine.Timers.Count} timers are in memory");
        await AdvanceUntilEndAsync(bench, "w", TimeSpan.FromSeconds(1), 100);
        Assert.Equal(Enumerable.Range(0, 20), (await bench.HistoryAsync("w")).Where(one => one.TimerFired is not null).Select(one => one.TimerFired.TimerId));
    }

    /// <summary>Moves the clock step by step; what a step sets off runs on other threads.</summary>
    private static async Task AdvanceUntilEndAsync(WorkflowBench bench, string id, TimeSpan step, int stepsMax)
    {
        var end = bench.EndAsync(id);
        for (var number = 0; number < stepsMax && !end.IsCompleted; number++)
        {
            bench.Time.Advance(step);
            await Task.WhenAny(end, Task.Delay(20));
        }

        await end;
    }

    [Fact]
    public async Task E70_two_equal_events_are_two()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(turn => turn.Answer(turn.Raised.Count == 2 ? [Turn.Done(0)] : []));
        await bench.StartedAsync("w");

        await bench.Engine.RaiseAsync("w", "go", "1");
        await bench.Engine.RaiseAsync("w", "go", "1");

        await bench.EndAsync("w");
    }

    [Fact]
    public async Task E82_what_comes_during_a_turn_is_seen_by_the_next_one_in_order()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(turn => turn.IsFirst ? null : turn.Answer(Turn.Done(0, string.Join(',', turn.Raised))));
        await bench.StartAsync("w");
        var first = (await worker.GivenTurnsAsync(1))[0];

        for (var number = 0; number < 4; number++)
        {
            Assert.Null(await bench.Engine.RaiseAsync("w", "go", $"{number}"));
        }

        Assert.Single(worker.Turns);
        await worker.AnswerAsync(first, new Turn(first.WorkflowRequest).Answer());
        Assert.Equal("0,1,2,3", (await bench.EndAsync("w")).Output);
        Assert.Equal("WorkflowStarted EventRaised EventRaised EventRaised EventRaised", worker.Turns[1].New);
    }
}
