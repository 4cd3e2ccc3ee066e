using EmbeddedDapr.Workflows;
using TaskHub.Protocol;
using Kind = TaskHub.Protocol.HistoryEvent.EventTypeOneofCase;

namespace EmbeddedDapr.Server.Tests.Workflows;

/// <summary>Child workflows (contract 7.3).</summary>
public sealed class ChildTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task E28_the_result_of_a_child_comes_to_its_parent(bool durable)
    {
        await using var bench = await WorkflowBench.StartAsync(durable);
        bench.Worker(Family(turn => turn.Answer(Turn.Done(0, turn.Input + "!"))));

        await bench.StartAsync("p", "Parent", "x");

        Assert.Equal("x!", (await bench.EndAsync("p")).Output);
        var child = await bench.EndAsync("p:0007");
        Assert.Equal("p", child.Row.ParentId);
        Assert.Equal("p", child.Started!.ParentInstance.WorkflowInstance.InstanceId);
    }

    [Fact]
    public async Task E29_the_failure_of_a_child_comes_to_its_parent()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(Family(turn => turn.Answer(Turn.Fail(0, "no luck"))));

        await bench.StartAsync("p", "Parent");

        Assert.Equal("no luck", (await bench.EndAsync("p", OrchestrationStatus.Failed)).Failure!.ErrorMessage);
    }

    [Fact]
    public async Task E30_an_id_that_another_instance_has_fails_the_child_and_leaves_the_other_alone()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(Family(turn => turn.Answer(turn.Has(Kind.EventRaised) ? [Turn.Done(0, "free")] : []), childId: "busy"));
        await bench.StartedAsync("busy", "Child");

        await bench.StartAsync("p", "Parent");
        var failure = (await bench.EndAsync("p", OrchestrationStatus.Failed)).Failure!;

        Assert.Equal("WorkflowInstanceAlreadyExists", failure.ErrorType);
        Assert.Equal(OrchestrationStatus.Running, (await bench.Engine.RowAsync("busy", bench.Token))!.Status);
        await bench.Engine.RaiseAsync("busy", "go", null);
        await bench.EndAsync("busy");
        await bench.StartAsync("p2", "Parent");
        await bench.UntilAsync("busy", row => row.ParentId == "p2" && row.Status == OrchestrationStatus.Running);
        await bench.Engine.RaiseAsync("busy", "go", null);
        Assert.Equal("free", (await bench.EndAsync("p2")).Output);
    }

    [Fact]
    public async Task E31_a_repeated_turn_makes_no_second_child()
    {
        await using var bench = await WorkflowBench.StartAsync(durable: true);
        var worker = bench.Worker(turn => turn.Name == "Parent" ? null : turn.Answer());
        await bench.StartAsync("p", "Parent");
        await worker.GivenTurnsAsync(1); // answered by nobody: as if the process had died before its commit

        await bench.RestartAsync();
        var second = bench.Worker(Family(turn => turn.Answer(Turn.Done(0, "1"))));
        Assert.Equal("1", (await bench.EndAsync("p")).Output);
        await bench.RestartAsync();

        Assert.Single(second.Turns, turn => turn.Name == "Child");
        Assert.Equal(2, (await bench.Engine.ListIdsAsync(null, null, bench.Token)).Ids.Count);
    }

    [Fact]
    public async Task E32_the_parent_of_a_terminated_child_gets_a_failure_with_details()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(Family(turn => turn.Answer()));
        await bench.StartAsync("p", "Parent");
        await bench.UntilAsync("p:0007", OrchestrationStatus.Running);

        await bench.Engine.TerminateAsync("p:0007", null, recurse: false);

        Assert.Equal("WorkflowTerminated", (await bench.EndAsync("p", OrchestrationStatus.Failed)).Failure!.ErrorType);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task E33_children_are_terminated_with_their_parent_if_asked_for(bool recurse)
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(Family(turn => turn.Answer(turn.Has(Kind.EventRaised) ? [Turn.Done(0)] : [])));
        await bench.StartAsync("p", "Parent");
        await bench.UntilAsync("p:0007", OrchestrationStatus.Running);

        await bench.Engine.TerminateAsync("p", "\"all\"", recurse);
        await bench.EndAsync("p", OrchestrationStatus.Terminated);

        if (recurse)
        {
            Assert.Equal("\"all\"", (await bench.EndAsync("p:0007", OrchestrationStatus.Terminated)).Output);
        }
        else
        {
            await bench.Engine.RaiseAsync("p:0007", "go", null);
            await bench.EndAsync("p:0007");
            Assert.DoesNotContain("ChildWorkflowInstanceCompleted", await bench.KindsAsync("p"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task E49_a_child_that_continues_as_new_tells_its_parent_once()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(Family(turn => turn.Answer(turn.Input == "xxx" ? Turn.Done(0, turn.Input) : Turn.Again(0, turn.Input + "x"))));

        await bench.StartAsync("p", "Parent", "x");

        Assert.Equal("xxx", (await bench.EndAsync("p")).Output);
        Assert.Single(await bench.HistoryAsync("p"), one => one.ChildWorkflowInstanceCompleted is not null);
    }

    [Fact]
    public async Task E64_an_id_is_not_used_again_while_a_child_of_its_last_run_is_active()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(Family(turn => turn.Answer(turn.Has(Kind.EventRaised) ? [Turn.Done(0)] : [])));
        await bench.StartAsync("p", "Parent");
        await bench.UntilAsync("p:0007", OrchestrationStatus.Running);
        await bench.Engine.TerminateAsync("p", null, recurse: false);
        await bench.EndAsync("p", OrchestrationStatus.Terminated);

        Assert.Equal(WorkflowRefusalKind.AlreadyExists, (await bench.StartAsync("p", "Parent"))!.Kind);
        await bench.Engine.RaiseAsync("p:0007", "go", null);
        await bench.EndAsync("p:0007");

        Assert.Null(await bench.StartAsync("p", "Parent"));
    }

    [Fact]
    public async Task E68_purge_takes_children_first_and_ended_instances_only()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(Family(turn => turn.Answer(turn.Has(Kind.EventRaised) ? [Turn.Done(0)] : [])));
        await bench.StartAsync("p", "Parent");
        await bench.UntilAsync("p:0007", OrchestrationStatus.Running);

        Assert.Equal(WorkflowRefusalKind.NotCompleted, (await bench.Engine.PurgeAsync("p", recursive: true, force: false)).Refusal!.Kind);
        Assert.Equal(WorkflowRefusalKind.NotFound, (await bench.Engine.PurgeAsync("nobody", recursive: true, force: true)).Refusal!.Kind);
        await bench.Engine.RaiseAsync("p:0007", "go", null);
        await bench.EndAsync("p");

        Assert.Equal((2, null), await bench.Engine.PurgeAsync("p", recursive: true, force: false));
        Assert.Null(await bench.Engine.DescribeAsync("p", withPayloads: true, bench.Token));
        Assert.Null(await bench.Engine.DescribeAsync("p:0007", withPayloads: true, bench.Token));
    }

    [Fact]
    public async Task E68_a_forced_purge_takes_active_instances_too()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(turn => turn.Answer(turn.IsFirst ? [Turn.Task(0), Turn.Timer(1, turn.Now.AddSeconds(1))] : []), _ => null);
        await bench.StartAsync("w");
        var activity = (await worker.GivenActivitiesAsync(1))[0];

        Assert.Equal((1, null), await bench.Engine.PurgeAsync("w", recursive: false, force: true));

        await worker.AnswerAsync(activity, TestWorker.Result(activity.ActivityRequest, "late"));
        bench.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await bench.Engine.RowAsync("w", bench.Token));
        Assert.Null(await bench.StartAsync("w"));
    }

    /// <summary>A parent with one child, whose result or failure is its own.</summary>
    private static Func<Turn, WorkflowResponse> Family(Func<Turn, WorkflowResponse> child, string childId = "") => turn =>
    {
        if (turn.Name != "Parent")
        {
            return child(turn);
        }

        if (turn.All.FirstOrDefault(one => one.ChildWorkflowInstanceCompleted is not null)?.ChildWorkflowInstanceCompleted is { } completed)
        {
            return turn.Answer(Turn.Done(8, completed.Result));
        }

        if (turn.All.FirstOrDefault(one => one.ChildWorkflowInstanceFailed is not null)?.ChildWorkflowInstanceFailed is { } failed)
        {
            var answer = turn.Answer(Turn.Fail(8, string.Empty));
            answer.Actions[0].CompleteWorkflow.FailureDetails = failed.FailureDetails;
            return answer;
        }

        return turn.Answer(turn.IsFirst ? [Turn.Child(7, "Child", childId, turn.Input)] : []);
    };
}
