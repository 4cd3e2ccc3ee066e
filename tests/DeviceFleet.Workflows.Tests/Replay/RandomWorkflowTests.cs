using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Tests.Replay;

/// <summary>
/// Random code against random sidecars: whatever comes, in whatever order and batches, a turn that is run again asks for the same, and the instance ends.
/// The seed in a failure's name reproduces it.
/// </summary>
public sealed class RandomWorkflowTests
{
    private static readonly string[] Names = ["a", "b"];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 150)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_turn_that_is_run_again_asks_for_the_same(int seed)
    {
        var random = new Random(seed);
        var scenario = Scenario.Of<int, string>(Code);
        HistoryEvent[] arrived = [Events.Started("Wf", $"{seed}", Scenario.Instance, scenario.ExecutionId)];
        var open = new List<WorkflowAction>();
        var resolved = new List<HistoryEvent>();
        var suspended = false;
        for (var turn = 0; ; turn++)
        {
            Assert.True(turn < 2000, $"seed {seed}: the instance does not end");
            scenario.Peek(arrived);
            var first = scenario.Last;
            var answer = scenario.Turn(arrived);
            Assert.Equal(first, answer);
            if (answer.Actions.Any(action => action.CompleteWorkflow is not null))
            {
                Assert.Equal(OrchestrationStatus.Completed, answer.End().WorkflowStatus);
                return;
            }

            Assert.True(!suspended || answer.Actions.Count == 0, $"seed {seed}: a suspended instance asks for something");
            open.AddRange(answer.Actions.Where(action => action.SendEvent is null));
            scenario.Now = scenario.Now.AddSeconds(random.Next(100));
            arrived = [.. Next(random, open, resolved)];
            if (random.Next(12) == 0)
            {
                arrived = suspended ? [Events.Resumed(), .. arrived] : [.. arrived, Events.Suspended()];
                suspended = !suspended;
            }
        }
    }

    /// <summary>What a sidecar may say next: results of what is open in any order, events, and now and then a result for the second time.</summary>
    private static IEnumerable<HistoryEvent> Next(Random random, List<WorkflowAction> open, List<HistoryEvent> resolved)
    {
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            if (resolved.Count > 0 && random.Next(10) == 0)
            {
                yield return resolved[random.Next(resolved.Count)];
            }
            else if (open.Count > 0 && random.Next(3) > 0)
            {
                var action = open[random.Next(open.Count)];
                open.Remove(action);
                var result = Resolve(action, random);
                resolved.Add(result);
                yield return result;
            }
            else
            {
                yield return Events.Raised(Names[random.Next(Names.Length)], $"{random.Next(100)}");
            }
        }
    }

    private static HistoryEvent Resolve(WorkflowAction action, Random random) => (action.WorkflowActionTypeCase, random.Next(4)) switch
    {
        (WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer, _) => Events.Fired(action.Id),
        (WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow, 0) => Events.ChildFailed(action.Id),
        (WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow, _) => Events.ChildCompleted(action.Id, $"{random.Next(100)}"),
        (_, 0) => Events.Failed(action.Id),
        _ => Events.Completed(action.Id, $"{random.Next(100)}"),
    };

    /// <summary>Decides by its seed and by what it is answered, as deterministic code may.</summary>
    private static async Task<string> Code(WorkflowContext context, int seed)
    {
        var random = new Random(seed * 31);
        var log = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            log.Add(await Step(context, random, random.Next(9), depth: 0));
            context.SetCustomStatus(log.Count);
        }

        return string.Join(' ', log);
    }

    private static async Task<string> Step(WorkflowContext context, Random random, int kind, int depth)
    {
        try
        {
            switch (kind)
            {
                case 0:
                    return $"{await context.CallActivityAsync<int>("Act", kind)}";
                case 1:
                    return $"{await context.CallActivityAsync<int>("Act", kind, new WorkflowTaskOptions(new WorkflowRetryPolicy(3, TimeSpan.FromSeconds(1))))}";
                case 2:
                    return $"{await context.CallChildWorkflowAsync<int>("Kid", kind, new ChildWorkflowTaskOptions(RetryPolicy: new WorkflowRetryPolicy(2, TimeSpan.FromSeconds(1))))}";
                case 3:
                    await context.CreateTimer(TimeSpan.FromSeconds(random.Next(10)));
                    return "rang";
                case 4:
                    return $"{await context.WaitForExternalEventAsync<int>(Names[random.Next(2)], TimeSpan.FromSeconds(5)).ConfigureAwait(false)}";
                case 5:
                    return $"{await context.WaitForExternalEventAsync<int>(Names[random.Next(2)])}";
                case 6:
                    return context.NewGuid() + (context.IsPatched($"p{random.Next(3)}") ? " new" : " old");
                case 7 when depth < 2:
                    int[] kinds = [random.Next(9), random.Next(9), random.Next(9)];
                    var seeds = kinds.Select(_ => random.Next()).ToArray();
                    return string.Join(',', await Task.WhenAll(kinds.Select((next, i) => Step(context, new Random(seeds[i]), next, depth + 1))));
                case 8 when depth < 2:
                    var one = Step(context, new Random(random.Next()), random.Next(7), depth + 1);
                    var other = Step(context, new Random(random.Next()), random.Next(7), depth + 1);
                    return await await Task.WhenAny(one, other);
                default:
                    context.SendEvent("other", "ping", depth);
                    return "sent";
            }
        }
        catch (Exception failure) when (failure is WorkflowTaskFailedException or TaskCanceledException)
        {
            return failure.GetType().Name;
        }
    }
}
