using EmbeddedDapr.Workflows;
using TaskHub.Protocol;
using Kind = TaskHub.Protocol.HistoryEvent.EventTypeOneofCase;

namespace EmbeddedDapr.Server.Tests.Workflows;

/// <summary>Terminate, suspend, resume (contract 7.3).</summary>
public sealed class ControlTests
{
    [Fact]
    public async Task E34_termination_does_not_wait_for_an_activity_and_its_result_is_dropped()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(turn => turn.Answer(turn.IsFirst ? [Turn.Task(0)] : [Turn.Done(1, turn.Has(Kind.ExecutionTerminated) ? null : "no", OrchestrationStatus.Terminated)]), _ => null);
        await bench.StartAsync("w");
        var activity = (await worker.GivenActivitiesAsync(1))[0];

        await bench.Engine.TerminateAsync("w", "\"out\"", recurse: false);
        var end = await bench.EndAsync("w", OrchestrationStatus.Terminated);
        await worker.AnswerAsync(activity, TestWorker.Result(activity.ActivityRequest, "late"));

        Assert.Equal("\"out\"", end.Output);
        Assert.DoesNotContain(await bench.HistoryAsync("w"), one => one.TaskCompleted is not null);
    }

    [Fact]
    public async Task E35_a_termination_that_the_worker_overlooks_counts_all_the_same()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(turn => turn.IsFirst ? null : turn.Answer(Turn.Task(7)));
        await bench.StartAsync("w");
        var first = (await worker.GivenTurnsAsync(1))[0];
        await bench.Engine.TerminateAsync("w", "1", recurse: false);
        await bench.Engine.RaiseAsync("w", "go", null);

        await worker.AnswerAsync(first, new Turn(first.WorkflowRequest).Answer());

        Assert.Equal("1", (await bench.EndAsync("w", OrchestrationStatus.Terminated)).Output);
        Assert.Empty(worker.Activities);
    }

    [Fact]
    public async Task E36_a_workflow_that_ends_by_itself_in_the_turn_of_its_termination_has_completed()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(turn => turn.IsFirst ? turn.Answer(Turn.Task(0)) : turn.Answer(Turn.Done(1, "by itself")), _ => null);
        await bench.StartAsync("w");
        var activity = (await worker.GivenActivitiesAsync(1))[0];

        await worker.AnswerAsync(activity, TestWorker.Result(activity.ActivityRequest, "1"));
        await bench.Engine.TerminateAsync("w", null, recurse: false);

        Assert.Equal("by itself", (await bench.EndAsync("w")).Output);
    }

    [Fact]
    public async Task E37_a_terminated_workflow_does_not_continue_as_new()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(turn => turn.Answer(turn.IsFirst ? [] : [Turn.Again(1, "2")]));
        await bench.StartedAsync("w");

        await bench.Engine.TerminateAsync("w", null, recurse: false);

        await bench.EndAsync("w", OrchestrationStatus.Terminated);
    }

    [Fact]
    public async Task E38_terminating_an_ended_instance_changes_nothing_an_unknown_one_is_refused()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(turn => turn.Answer(Turn.Done(0, "1")));
        await bench.StartAsync("w");
        await bench.EndAsync("w");

        Assert.Null(await bench.Engine.TerminateAsync("w", "2", recurse: true));

        Assert.Equal("1", (await bench.EndAsync("w")).Output);
        Assert.Equal(WorkflowRefusalKind.NotFound, (await bench.Engine.TerminateAsync("nobody", null, recurse: false))!.Kind);
    }

    [Fact]
    public async Task E39_a_suspended_instance_gets_nothing_until_it_is_resumed()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(turn => turn.Answer(turn.Raised.Count == 10 ? [Turn.Done(0, string.Join(',', turn.Raised))] : []));
        await bench.StartedAsync("w");
        await bench.Engine.SuspendAsync("w", "why");
        await bench.UntilAsync("w", OrchestrationStatus.Suspended);

        for (var number = 0; number < 10; number++)
        {
            await bench.Engine.RaiseAsync("w", "go", $"{number}");
        }

        Assert.Equal(2, worker.Turns.Count);
        await bench.Engine.ResumeAsync("w", null);
        Assert.Equal("0,1,2,3,4,5,6,7,8,9", (await bench.EndAsync("w")).Output);
    }

    [Fact]
    public async Task E40_a_timer_and_a_result_of_the_pause_come_right_after_it()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(
            turn => turn.IsFirst
                ? turn.Answer(Turn.Timer(0, turn.Now.AddSeconds(1)), Turn.Task(1))
                : turn.Answer(turn.Has(Kind.TimerFired) && turn.Has(Kind.TaskCompleted) ? [Turn.Done(2)] : []),
            _ => null);
        await bench.StartAsync("w");
        var activity = (await worker.GivenActivitiesAsync(1))[0];
        await bench.Engine.SuspendAsync("w", null);
        await bench.UntilAsync("w", OrchestrationStatus.Suspended);

        bench.Time.Advance(TimeSpan.FromSeconds(2));
        await worker.AnswerAsync(activity, TestWorker.Result(activity.ActivityRequest, "1"));
        Assert.Equal(2, worker.Turns.Count);
        await bench.Engine.ResumeAsync("w", null);

        await bench.EndAsync("w");
        Assert.StartsWith("WorkflowStarted ExecutionResumed", worker.Turns[2].New, StringComparison.Ordinal);
    }

    [Fact]
    public async Task E41_a_suspended_instance_can_be_terminated()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(turn => turn.Answer());
        await bench.StartedAsync("w");
        await bench.Engine.SuspendAsync("w", null);
        await bench.UntilAsync("w", OrchestrationStatus.Suspended);
        await bench.Engine.RaiseAsync("w", "go", null);

        await bench.Engine.TerminateAsync("w", "1", recurse: false);

        Assert.Equal("1", (await bench.EndAsync("w", OrchestrationStatus.Terminated)).Output);
        Assert.DoesNotContain("EventRaised", await bench.KindsAsync("w"), StringComparison.Ordinal);
        Assert.Equal(3, worker.Turns.Count);
    }

    [Fact]
    public async Task E43_a_second_suspend_never_reaches_the_worker()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(turn => turn.Answer(turn.Has(Kind.EventRaised) ? [Turn.Done(0)] : []));
        await bench.StartedAsync("w");

        await bench.Engine.SuspendAsync("w", null);
        await bench.Engine.SuspendAsync("w", null);
        await bench.UntilAsync("w", OrchestrationStatus.Suspended);
        await bench.Engine.SuspendAsync("w", null);
        await bench.Engine.ResumeAsync("w", null);
        await bench.UntilAsync("w", OrchestrationStatus.Running);
        await bench.Engine.ResumeAsync("w", null);
        await bench.Engine.RaiseAsync("w", "go", null);

        await bench.EndAsync("w");
        Assert.Equal(1, worker.Turns[^1].Count(Kind.ExecutionSuspended));
    }

    [Fact]
    public async Task E71_a_custom_status_is_seen_during_the_run_cleared_by_an_empty_one_and_survives_a_pause()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(turn =>
        {
            var answer = turn.Answer(turn.Raised.Count == 3 ? [Turn.Done(0)] : []);
            answer.CustomStatus = turn.New.Contains("Suspended", StringComparison.Ordinal) ? null : turn.Raised.Count switch { 0 => "one", 1 => "two", 2 => string.Empty, _ => null };
            return answer;
        });

        Assert.Equal("one", (await bench.StartedAsync("w")).CustomStatus);
        await bench.Engine.RaiseAsync("w", "go", null);
        await bench.UntilAsync("w", row => row.CustomStatus == "two");
        await bench.Engine.SuspendAsync("w", null);
        Assert.Equal("two", (await bench.UntilAsync("w", OrchestrationStatus.Suspended)).CustomStatus);
        await bench.Engine.ResumeAsync("w", null);
        await bench.Engine.RaiseAsync("w", "go", null);
        await bench.UntilAsync("w", row => row.CustomStatus is null && row.Status == OrchestrationStatus.Running);
        await bench.Engine.RaiseAsync("w", "go", null);
        Assert.Null((await bench.EndAsync("w")).Row.CustomStatus);
    }
}
