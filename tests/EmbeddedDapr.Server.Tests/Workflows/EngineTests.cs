using TaskHub.Protocol;
using Kind = TaskHub.Protocol.HistoryEvent.EventTypeOneofCase;

namespace EmbeddedDapr.Server.Tests.Workflows;

/// <summary>Turns, activities and results (contract 7.3; a test's name begins with the number of its row).</summary>
public sealed class EngineTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task E01_an_empty_workflow_completes(bool durable)
    {
        await using var bench = await WorkflowBench.StartAsync(durable);
        bench.Worker(turn => turn.Answer(Turn.Done(1, "\"out\"")));

        await bench.StartAsync("w", input: "1");

        var end = await bench.EndAsync("w");
        Assert.Equal(("1", "\"out\""), (end.Input, end.Output));
        Assert.Equal("WorkflowStarted ExecutionStarted ExecutionCompleted", await bench.KindsAsync("w"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task E02_a_chain_of_three_activities_takes_four_turns(bool durable)
    {
        await using var bench = await WorkflowBench.StartAsync(durable);
        var worker = bench.Worker(Chain(3), request => TestWorker.Result(request, request.Input + "!"));

        await bench.StartAsync("w", input: "x");

        Assert.Equal("x!!!", (await bench.EndAsync("w")).Output);
        Assert.Equal(4, worker.Turns.Count);
        Assert.Equal(["x", "x!", "x!!"], worker.Activities.Select(activity => activity.Input));
    }

    [Fact]
    public async Task E03_fifty_activities_run_side_by_side()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(turn => turn.IsFirst
            ? turn.Answer([.. Enumerable.Range(0, 50).Select(id => Turn.Task(id, input: $"{id}"))])
            : turn.Count(Kind.TaskCompleted) == 50
                ? turn.Answer(Turn.Done(50, string.Join(',', turn.All.Where(one => one.TaskCompleted is not null).OrderBy(one => one.TaskCompleted.TaskScheduledId).Select(one => one.TaskCompleted.Result))))
                : turn.Answer());

        await bench.StartAsync("w");

        Assert.Equal(string.Join(',', Enumerable.Range(0, 50)), (await bench.EndAsync("w")).Output);
        Assert.Equal(Enumerable.Range(0, 50), (await bench.HistoryAsync("w")).Where(one => one.TaskScheduled is not null).Select(one => one.EventId));
        Assert.Equal(50, worker.Activities.Count);
    }

    [Fact]
    public async Task E50_a_second_answer_to_an_activity_changes_nothing()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(turn => turn.IsFirst ? turn.Answer(Turn.Task(0)) : turn.Answer(), _ => null);
        await bench.StartAsync("w");
        var item = (await worker.GivenActivitiesAsync(1))[0];

        await worker.AnswerAsync(item, TestWorker.Result(item.ActivityRequest, "1"));
        await worker.AnswerAsync(item, TestWorker.Result(item.ActivityRequest, "2"));
        await worker.AnswerAsync(item, TestWorker.Failure(item.ActivityRequest));

        await worker.GivenTurnsAsync(2);
        await bench.Engine.RaiseAsync("w", "go", null);
        await worker.GivenTurnsAsync(3);
        Assert.Equal(1, worker.Turns[^1].Count(Kind.TaskCompleted));
        Assert.Equal(0, worker.Turns[^1].Count(Kind.TaskFailed));
    }

    [Fact]
    public async Task E23_an_activity_that_always_fails_runs_as_often_as_it_is_tried_and_its_last_failure_is_the_workflows()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(
            turn => turn.Count(Kind.TaskFailed) is var failures and < 3 ? turn.Answer(Turn.Task(failures)) : turn.Answer(Turn.Fail(3, turn.All.Last(one => one.TaskFailed is not null).TaskFailed.FailureDetails.ErrorMessage)),
            request => TestWorker.Failure(request, $"attempt {request.TaskId}"));

        await bench.StartAsync("w");

        Assert.Equal("attempt 2", (await bench.EndAsync("w", OrchestrationStatus.Failed)).Failure!.ErrorMessage);
        Assert.Equal(3, worker.Activities.Count);
    }

    [Fact]
    public async Task E26_an_activity_that_the_worker_does_not_know_is_a_failure_that_the_workflow_may_catch()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(
            turn => turn.IsFirst ? turn.Answer(Turn.Task(0, "Unknown")) : turn.Answer(Turn.Done(1, $"\"caught {turn.All.Last(one => one.TaskFailed is not null).TaskFailed.FailureDetails.ErrorType}\"")),
            request => TestWorker.Failure(request));

        await bench.StartAsync("w");

        Assert.Equal("\"caught Broken\"", (await bench.EndAsync("w")).Output);
    }

    [Fact]
    public async Task E27_a_workflow_that_the_worker_does_not_know_fails_and_is_not_stuck()
    {
        await using var bench = await WorkflowBench.StartAsync();
        bench.Worker(turn => turn.Answer(Turn.Fail(0, $"no workflow named '{turn.Name}' is registered")));

        await bench.StartAsync("w", name: "Unknown");

        var end = await bench.EndAsync("w", OrchestrationStatus.Failed);
        Assert.Equal("no workflow named 'Unknown' is registered", end.Failure!.ErrorMessage);
    }

    [Fact]
    public async Task E51_a_failure_after_the_result_of_the_same_activity_changes_nothing()
    {
        await using var bench = await WorkflowBench.StartAsync();
        var worker = bench.Worker(turn => turn.IsFirst ? turn.Answer(Turn.Task(0)) : turn.Count(Kind.EventRaised) == 0 ? turn.Answer() : turn.Answer(Turn.Done(1)), _ => null);
        await bench.StartAsync("w");
        var item = (await worker.GivenActivitiesAsync(1))[0];

        await worker.AnswerAsync(item, TestWorker.Result(item.ActivityRequest, "1"));
        await worker.GivenTurnsAsync(2);
        await worker.AnswerAsync(item, TestWorker.Failure(item.ActivityRequest));
        await bench.Engine.RaiseAsync("w", "go", null);

        await bench.EndAsync("w");
        Assert.DoesNotContain("TaskFailed", await bench.KindsAsync("w"), StringComparison.Ordinal);
    }

    /// <summary>Activities one after the other, each fed by the one before.</summary>
    internal static Func<Turn, WorkflowResponse> Chain(int length) => turn =>
    {
        var results = turn.All.Where(one => one.TaskCompleted is not null).Select(one => one.TaskCompleted.Result).ToArray();
        var last = results.LastOrDefault() ?? turn.Input;
        return turn.Answer(results.Length == length ? Turn.Done(length, last) : Turn.Task(results.Length, input: last));
    };
}
