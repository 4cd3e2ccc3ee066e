using EmbeddedDapr.Workflows;
using TaskHub.Protocol;
using Kind = TaskHub.Protocol.HistoryEvent.EventTypeOneofCase;

namespace EmbeddedDapr.Server.Tests.Workflows;

/// <summary>Continue-as-new, use of an id again, retention, rerun (contract 7.3).</summary>
public sealed class GenerationTests
{
    [Fact]
    public async Task E44_events_carried_over_come_first_in_the_new_generation()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(turn => turn.Input == "1"
            ? turn.Answer(turn.Raised.Count < 2 ? [] : [Turn.Again(0, "2", [.. turn.All.Where(one => one.EventRaised is not null)])])
            : turn.Answer(turn.Raised.Count == 3 ? [Turn.Done(0, string.Join(',', turn.Raised))] : []));
        await bench.StartedAsync("w", input: "1");

        await bench.Engine.RaiseAsync("w", "go", "a");
        await bench.Engine.RaiseAsync("w", "go", "b");
        await bench.UntilAsync("w", row => row.Generation == 2);
        await bench.Engine.RaiseAsync("w", "go", "c");

        Assert.Equal("a,b,c", (await bench.EndAsync("w")).Output);
        Assert.DoesNotContain(worker.Turns, turn => turn.Input == "2" && turn.IsFirst && !turn.New.StartsWith("WorkflowStarted ExecutionStarted EventRaised EventRaised", StringComparison.Ordinal));
    }

    [Fact]
    public async Task E44_events_not_carried_over_are_dropped()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(turn => turn.Input == "1"
            ? turn.Answer(turn.Raised.Count == 0 ? [] : [Turn.Again(0, "2")])
            : turn.Answer(Turn.Done(0, $"{turn.Raised.Count}")));
        await bench.StartedAsync("w", input: "1");

        await bench.Engine.RaiseAsync("w", "go", "a");

        Assert.Equal("0", (await bench.EndAsync("w")).Output);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task E46_a_tight_loop_of_thirty_generations_loses_no_event(bool durable)
    {
        await using var bench = await WorkflowBench.StartAsync(durable);
        bench.Worker(turn =>
        {
            var number = int.Parse(turn.Input!, System.Globalization.CultureInfo.InvariantCulture);
            var events = turn.All.Where(one => one.EventRaised is not null).ToArray();
            return number < 30 ? turn.Answer(Turn.Again(0, $"{number + 1}", events)) : turn.Answer(events.Length < 25 ? [] : [Turn.Done(0, string.Join(',', turn.Raised))]);
        });
        var events = Enumerable.Range(0, 25).ToArray();
        await bench.StartAsync("w", input: "1");

        foreach (var number in events)
        {
            await bench.Engine.RaiseAsync("w", "go", $"{number}");
        }

        Assert.Equal(string.Join(',', events), (await bench.EndAsync("w")).Output);
        Assert.Equal(30, (await bench.Engine.RowAsync("w", bench.Token))!.Generation);
    }

    [Fact]
    public async Task E47_an_activity_beside_continue_as_new_is_not_run()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(turn => turn.Answer(turn.Input == "1" ? [Turn.Task(0), Turn.Again(1, "2")] : [Turn.Done(0)]));

        await bench.StartAsync("w", input: "1");

        await bench.EndAsync("w");
        Assert.Empty(worker.Activities);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task E48_results_of_an_old_generation_do_not_count_for_the_new_one(bool echoesTokens)
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(
            turn => turn.Input == "1"
                ? turn.Answer(turn.IsFirst ? [Turn.Task(0, input: "old"), Turn.Timer(1, turn.Now.AddSeconds(1))] : [Turn.Again(2, "2")])
                : turn.IsFirst
                    ? turn.Answer(Turn.Task(0, input: "new"), Turn.Timer(1, turn.Now.AddSeconds(60)))
                    : turn.Answer(turn.All.FirstOrDefault(one => one.TaskCompleted is not null) is { } done ? [Turn.Done(2, done.TaskCompleted.Result)] : []),
            _ => null,
            echoesTokens);
        await bench.StartAsync("w", input: "1");
        var old = (await worker.GivenActivitiesAsync(1))[0];
        await bench.Engine.RaiseAsync("w", "go", null);
        await bench.UntilAsync("w", row => row.Generation == 2 && row.Version >= 4);

        bench.Time.Advance(TimeSpan.FromSeconds(5));
        await worker.AnswerAsync(old, TestWorker.Result(old.ActivityRequest, "old"));
        var fresh = (await worker.GivenActivitiesAsync(2))[1];
        await worker.AnswerAsync(fresh, TestWorker.Result(fresh.ActivityRequest, "new"));

        Assert.Equal("new", (await bench.EndAsync("w")).Output);
        Assert.DoesNotContain("TimerFired", await bench.KindsAsync("w"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task E63_of_two_racing_starts_one_wins_and_an_ended_id_is_free_again()
    {
        await using var bench = await WorkflowBench.StartAsync(durable: true);
        var starts = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => bench.StartAsync("w", input: $"{number}")));

        Assert.Single(starts, refusal => refusal is null);
        Assert.All(starts.OfType<WorkflowRefusal>(), refusal => Assert.Equal(WorkflowRefusalKind.AlreadyExists, refusal.Kind));
        bench.Worker(turn => turn.Answer(Turn.Done(0, turn.Input)));
        var first = await bench.EndAsync("w");
        await bench.StartAsync("w", input: "again");
        await bench.UntilAsync("w", row => row.IsTerminal && row.Generation == 2);

        Assert.Equal("again", (await bench.EndAsync("w")).Output);
        Assert.NotEqual(first.Row.ExecutionId, (await bench.EndAsync("w")).Row.ExecutionId);
        Assert.Equal(3, (await bench.HistoryAsync("w")).Count);
    }

    [Fact]
    public async Task E65_a_unique_start_refuses_an_ended_id_too()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(turn => turn.Answer(Turn.Done(0)));
        await bench.StartAsync("w");
        await bench.EndAsync("w");

        var refusal = await bench.Engine.StartAsync(new StartRequest { InstanceId = "w", Name = "W", IsUnique = true }, bench.Token);

        Assert.Equal(WorkflowRefusalKind.AlreadyExists, refusal!.Kind);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task E66_a_scheduled_start_waits_for_its_time_whatever_comes(bool restart)
    {
        await using var bench = await WorkflowBench.StartAsync(durable: true);
        Func<Turn, WorkflowResponse> code = turn => turn.Answer(turn.Raised.Count > 0 ? [Turn.Done(0, turn.Raised[0])] : []);
        var worker = bench.Worker(code);
        await bench.StartAsync("w", at: bench.Time.GetUtcNow().AddSeconds(5));
        await bench.Engine.RaiseAsync("w", "go", "1");

        bench.Time.Advance(TimeSpan.FromSeconds(4));
        if (restart)
        {
            await bench.RestartAsync();
            worker = bench.Worker(code);
        }

        Assert.Empty(worker.Turns);
        Assert.Equal(OrchestrationStatus.Pending, (await bench.Engine.RowAsync("w", bench.Token))!.Status);
        bench.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("1", (await bench.EndAsync("w")).Output);
    }

    [Fact]
    public async Task E66_terminated_before_its_time_no_user_code_runs()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(turn => turn.Answer(Turn.Done(0)));
        await bench.StartAsync("w", at: bench.Time.GetUtcNow().AddSeconds(5));

        await bench.Engine.TerminateAsync("w", "1", recurse: false);

        Assert.Equal("1", (await bench.EndAsync("w", OrchestrationStatus.Terminated)).Output);
        Assert.Empty(worker.Turns);
    }

    [Fact]
    public async Task E69_an_event_to_an_ended_instance_is_dropped_to_an_unknown_one_refused()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(turn => turn.Answer(Turn.Done(0)));
        await bench.StartAsync("w");
        await bench.EndAsync("w");

        Assert.Null(await bench.Engine.RaiseAsync("w", "go", null));
        Assert.Equal(WorkflowRefusalKind.NotFound, (await bench.Engine.RaiseAsync("nobody", "go", null))!.Kind);
        Assert.DoesNotContain("EventRaised", await bench.KindsAsync("w"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task E72_without_payloads_a_description_has_none()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(turn =>
        {
            var answer = turn.Answer(Turn.Fail(0, "no"));
            answer.CustomStatus = "status";
            return answer;
        });
        await bench.StartAsync("w", input: "1");
        await bench.EndAsync("w", OrchestrationStatus.Failed);

        var bare = (await bench.Engine.DescribeAsync("w", withPayloads: false, bench.Token))!;

        Assert.Equal((null, null, null, null), (bare.Input, bare.Output, bare.Failure, bare.Row.CustomStatus));
    }

    [Fact]
    public async Task E73_several_wait_for_the_end_and_one_that_gives_up_is_released()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(turn => turn.Answer(turn.Has(Kind.EventRaised) ? [Turn.Done(0)] : []));
        await bench.StartedAsync("w");
        var waiters = Enumerable.Range(0, 3).Select(_ => bench.EndAsync("w")).ToArray();
        using var patience = new CancellationTokenSource();
        var impatient = bench.Engine.WaitAsync("w", row => row.IsTerminal, patience.Token);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        await bench.Engine.RaiseAsync("w", "go", null);

        await Task.WhenAll(waiters);
        Assert.Null(await bench.Engine.WaitAsync("nobody", row => row.IsTerminal, bench.Token));
    }

    [Fact]
    public async Task E74_ended_instances_go_after_their_time_a_new_use_of_the_id_does_not()
    {
        await using var bench = await WorkflowBench.StartAsync(
            options: new WorkflowEngineOptions { Retention = new WorkflowRetention { Completed = TimeSpan.FromSeconds(10), Failed = TimeSpan.Zero }, ResultLinger = TimeSpan.Zero });
        bench.Worker(turn => turn.Answer(turn.Input == "fail" ? [Turn.Fail(0, "no")] : turn.Input == "wait" ? [] : [Turn.Done(0)]));
        await bench.StartAsync("gone");
        await bench.EndAsync("gone");
        await bench.StartAsync("reused");
        await bench.EndAsync("reused");
        await bench.StartAsync("reused", input: "wait");
        await bench.StartAsync("failed", input: "fail");

        bench.Time.Advance(TimeSpan.FromSeconds(11));

        for (var tries = 0; tries < 200 && (await bench.Engine.ListIdsAsync(null, null, bench.Token)).Ids.Count > 1; tries++)
        {
            bench.Time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Delay(10);
        }

        Assert.Equal(["reused"], (await bench.Engine.ListIdsAsync(null, null, bench.Token)).Ids);
    }

    [Fact]
    public async Task E75_a_rerun_begins_at_a_step_with_the_history_before_it()
    {
        await using var bench = await WorkflowBench.StartAsync(durable: true);
        var worker = bench.Worker(EngineTests.Chain(5), request => TestWorker.Result(request, request.Input + "!"));
        await bench.StartAsync("source", input: "x");
        await bench.EndAsync("source");

        var (id, refusal) = await RerunAsync(bench, "source", 2, "again");
        Assert.Null(refusal);
        Assert.Equal("x!!!!!", (await bench.EndAsync(id)).Output);
        Assert.Equal(3, worker.Activities.Count(activity => activity.WorkflowInstance.InstanceId == "again"));

        Assert.Equal(WorkflowRefusalKind.AlreadyExists, (await RerunAsync(bench, "source", 2, "again")).Refusal!.Kind);
        Assert.Equal(WorkflowRefusalKind.NotFound, (await RerunAsync(bench, "source", 5, "other")).Refusal!.Kind);
        Assert.Equal(WorkflowRefusalKind.NotFound, (await RerunAsync(bench, "source", 99, "other")).Refusal!.Kind);
        Assert.Equal(WorkflowRefusalKind.NotFound, (await RerunAsync(bench, "nobody", 2, "other")).Refusal!.Kind);
        Assert.Equal(WorkflowRefusalKind.InvalidArgument, (await RerunAsync(bench, "source", 2, "source")).Refusal!.Kind);
    }

    private static Task<(string Id, WorkflowRefusal? Refusal)> RerunAsync(WorkflowBench bench, string source, uint from, string id) =>
        bench.Engine.RerunAsync(new RerunWorkflowFromEventRequest { SourceInstanceID = source, EventID = from, NewInstanceID = id }, bench.Token);
}
