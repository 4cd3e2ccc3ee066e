using EmbeddedDapr.Workflows;
using TaskHub.Protocol;
using Kind = TaskHub.Protocol.HistoryEvent.EventTypeOneofCase;

namespace EmbeddedDapr.Server.Tests.Workflows;

/// <summary>Failures, lost workers, restarts, stalls (contract 7.3).</summary>
public sealed class RecoveryTests
{
    [Fact]
    public async Task E21_a_failed_activity_comes_with_its_details()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(
            turn => turn.Answer(turn.IsFirst ? [Turn.Task(0)] : [Turn.Fail(1, turn.All.First(one => one.TaskFailed is not null).TaskFailed.FailureDetails.ErrorMessage)]),
            request => TestWorker.Failure(request, "no such thing"));

        await bench.StartAsync("w");

        Assert.Equal("no such thing", (await bench.EndAsync("w", OrchestrationStatus.Failed)).Failure!.ErrorMessage);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(9, false)]
    public async Task E22_E23_attempts_are_as_many_as_the_worker_asks_for(int succeedsAt, bool succeeds)
    {
        await using var bench = await WorkflowBench.StartAsync();
        var attempts = 0;
        var worker = bench.Worker(
            turn =>
            {
                var failures = turn.Count(Kind.TaskFailed);
                return turn.Has(Kind.TaskCompleted) ? turn.Answer(Turn.Done(9))
                    : failures == 3 ? turn.Answer(Turn.Fail(9, "spent"))
                    : turn.Count(Kind.TimerFired) == failures ? turn.Answer(Turn.Task(failures * 2))
                    : turn.Count(Kind.TimerCreated) < failures ? turn.Answer(Turn.Timer((failures * 2) - 1, turn.Now.AddSeconds(failures)))
                    : turn.Answer();
            },
            request => ++attempts == succeedsAt ? TestWorker.Result(request, "1") : TestWorker.Failure(request));
        await bench.StartAsync("w");
        var end = bench.UntilAsync("w", row => row.IsTerminal);

        for (var step = 0; step < 200 && !end.IsCompleted; step++)
        {
            bench.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(end, Task.Delay(10));
        }

        Assert.Equal(succeeds ? OrchestrationStatus.Completed : OrchestrationStatus.Failed, (await end).Status);
        Assert.Equal(3, attempts);
        Assert.Equal(3, worker.Activities.Count);
        Assert.Equal(2, (await bench.HistoryAsync("w")).Count(one => one.TimerFired is not null));
    }

    [Fact]
    public async Task E52_a_stored_result_is_not_asked_for_again()
    {
        await using var bench = await WorkflowBench.StartAsync(durable: true);
        var worker = bench.Worker(turn => turn.IsFirst ? turn.Answer(Turn.Task(0)) : null);
        await bench.StartAsync("w");
        await worker.GivenTurnsAsync(2); // the result is stored; its turn is not answered

        await bench.RestartAsync();
        var second = bench.Worker(turn => turn.Answer(Turn.Done(1, "end")));

        await bench.EndAsync("w");
        Assert.Empty(second.Activities);
        Assert.Equal("WorkflowStarted TaskCompleted", second.Turns[0].New);
    }

    [Fact]
    public async Task E53_an_activity_that_was_under_way_is_run_again_and_counts_once()
    {
        await using var bench = await WorkflowBench.StartAsync(durable: true);
        var worker = bench.Worker(turn => turn.Answer(turn.IsFirst ? [Turn.Task(0)] : []), _ => null);
        await bench.StartAsync("w");
        await worker.GivenActivitiesAsync(1);

        await bench.RestartAsync();
        var second = bench.Worker(turn => turn.Answer(turn.Has(Kind.TaskCompleted) ? [Turn.Done(1)] : []));

        await bench.EndAsync("w");
        Assert.Single(second.Activities);
        Assert.Single(await bench.HistoryAsync("w"), one => one.TaskCompleted is not null);
    }

    [Fact]
    public async Task E54_what_a_stored_turn_asked_for_is_done_after_a_restart()
    {
        await using var bench = await WorkflowBench.StartAsync(durable: true);
        var worker = bench.Worker(turn => turn.Name == "W" && turn.IsFirst ? turn.Answer(Turn.Task(0), Turn.Timer(1, turn.Now.AddSeconds(5)), Turn.Child(2, "C")) : null, _ => null);
        await bench.StartedAsync("w");
        await worker.GivenActivitiesAsync(1);

        await bench.RestartAsync();
        var second = bench.Worker(turn => turn.Name == "C"
            ? turn.Answer(Turn.Done(0))
            : turn.Answer(turn.Has(Kind.TaskCompleted) && turn.Has(Kind.TimerFired) && turn.Has(Kind.ChildWorkflowInstanceCompleted) ? [Turn.Done(3)] : []));
        await bench.EndAsync("w:0002");
        bench.Time.Advance(TimeSpan.FromSeconds(6));

        await bench.EndAsync("w");
        Assert.Single(second.Activities);
    }

    [Fact]
    public async Task E55_a_turn_whose_worker_goes_is_given_to_the_next_one_unchanged()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var first = bench.Worker(_ => null);
        await bench.StartAsync("w", input: "1");
        var lost = (await first.GivenTurnsAsync(1))[0];

        first.Disconnect();
        var second = bench.Worker(turn => turn.Answer(Turn.Done(0)));
        bench.Time.Advance(TimeSpan.FromSeconds(3));

        await bench.EndAsync("w");
        var again = second.Items[0];
        Assert.Equal(lost.WorkflowRequest.PastEvents, again.WorkflowRequest.PastEvents);
        Assert.Equal(lost.WorkflowRequest.NewEvents.Skip(1), again.WorkflowRequest.NewEvents.Skip(1));
        Assert.Equal(3, (await bench.HistoryAsync("w")).Count);
    }

    [Fact]
    public async Task E56_an_answer_with_an_old_token_is_ignored_one_without_counts()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var first = bench.Worker(_ => null);
        await bench.StartAsync("w");
        var lost = (await first.GivenTurnsAsync(1))[0];
        first.Disconnect();
        var second = bench.Worker(_ => null);
        bench.Time.Advance(TimeSpan.FromSeconds(3));
        await second.GivenTurnsAsync(1);

        await first.AnswerAsync(lost, new Turn(lost.WorkflowRequest).Answer(Turn.Done(0, "old")));
        Assert.Equal(OrchestrationStatus.Pending, (await bench.Engine.RowAsync("w", bench.Token))!.Status);
        bench.Engine.CompleteTurn(new Turn(lost.WorkflowRequest).Answer(Turn.Done(0, "without")));

        Assert.Equal("without", (await bench.EndAsync("w")).Output);
    }

    [Fact]
    public async Task E60_E61_an_instance_with_a_patch_waits_for_a_worker_that_has_it()
    {
        await using var bench = await WorkflowBench.StartAsync();
        static WorkflowResponse Patched(WorkflowResponse response)
        {
            response.Version = new WorkflowVersion { Patches = { "fast" } };
            return response;
        }

        var patched = bench.Worker(turn => Patched(turn.Answer()));
        await bench.StartedAsync("w");
        patched.Disconnect();
        var old = bench.Worker(turn => turn.Answer(Turn.Done(0)));
        await bench.Engine.RaiseAsync("w", "go", null);
        await bench.UntilAsync("w", OrchestrationStatus.Stalled);
        Assert.Equal(WorkflowRefusalKind.Stalled, (await bench.Engine.RaiseAsync("w", "go", null))!.Kind);
        old.Disconnect();

        bench.Worker(turn => Patched(turn.Answer(turn.Has(Kind.EventRaised) ? [Turn.Done(0)] : [])));

        await bench.EndAsync("w");
        var history = await bench.HistoryAsync("w");
        Assert.Equal(["fast"], history.Where(one => one.WorkflowStarted is not null).SelectMany(one => one.WorkflowStarted.Version?.Patches ?? []));
        Assert.Single(history, one => one.ExecutionStalled is not null);
    }

    [Fact]
    public async Task E62_a_version_that_the_worker_lacks_stalls_the_instance()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(turn =>
        {
            var answer = turn.IsFirst ? turn.Answer() : turn.Answer(new WorkflowAction { WorkflowVersionNotAvailable = new WorkflowVersionNotAvailableAction() });
            answer.Version = turn.IsFirst ? new WorkflowVersion { Name = "W.v1" } : null;
            return answer;
        });
        await bench.StartedAsync("w");

        await bench.Engine.RaiseAsync("w", "go", null);

        Assert.Equal("Version not available: W.v1", (await bench.UntilAsync("w", OrchestrationStatus.Stalled)).StalledWhy);
        Assert.Equal(2, worker.Turns.Count);
    }

    [Fact]
    public async Task E76_a_history_that_fits_no_message_stalls_its_instance_alone()
    {
        await using var bench = await WorkflowBench.StartAsync(bodyBytesMax: 20_000);
        bench.Worker(turn => turn.Answer(turn.Input == "small" ? [Turn.Done(0)] : []));
        await bench.StartedAsync("large");

        for (var number = 0; number < 3 && (await bench.Engine.RaiseAsync("large", "go", new string('x', 9_000))) is null; number++)
        {
        }

        Assert.StartsWith("the turn has", (await bench.UntilAsync("large", OrchestrationStatus.Stalled)).StalledWhy, StringComparison.Ordinal);
        await bench.StartAsync("small", input: "small");
        await bench.EndAsync("small");
    }

    [Fact]
    public async Task E83_of_two_engines_on_one_store_one_commits_a_turn()
    {
        await using var bench = await WorkflowBench.StartAsync(durable: true);
        var first = bench.Worker(_ => null);
        await bench.StartAsync("w");
        var given = (await first.GivenTurnsAsync(1))[0];
        await using var other = await bench.SecondEngineAsync();
        var second = new TestWorker(other, turn => turn.Answer(Turn.Done(0, "second")), request => TestWorker.Result(request, null), echoesTokens: true);
        await second.GivenTurnsAsync(1);
        Assert.Equal("second", (await other.WaitAsync("w", row => row.IsTerminal, bench.Token)) is { } row ? (await other.DescribeAsync(row, true, bench.Token)).Output : null);

        await first.AnswerAsync(given, new Turn(given.WorkflowRequest).Answer(Turn.Done(0, "first")));
        var end = bench.EndAsync("w");
        for (var step = 0; step < 100 && !end.IsCompleted; step++)
        {
            bench.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(end, Task.Delay(10));
        }

        Assert.Equal("second", (await end).Output);
        Assert.Equal(3, (await bench.HistoryAsync("w")).Count);
    }

    [Fact]
    public async Task An_answer_nobody_can_carry_out_fails_the_workflow_after_some_tries()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(turn => turn.Answer(Turn.Task(0), Turn.Task(0)));
        await bench.StartAsync("w");
        var end = bench.EndAsync("w", OrchestrationStatus.Failed);

        for (var step = 0; step < 100 && !end.IsCompleted; step++)
        {
            bench.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(end, Task.Delay(10));
        }

        Assert.Equal("InvalidWorkflowResponse", (await end).Failure!.ErrorType);
    }
}
