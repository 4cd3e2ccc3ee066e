using TaskHub.Protocol;

namespace EmbeddedDapr.Server.Tests.Workflows;

/// <summary>The process is killed at random moments while 200 instances run; each must end exactly as one that nothing disturbed.</summary>
public sealed class CrashTests
{
    private const int Instances = 200;
    private const int Seed = 20_310_505;

    private static readonly int Kills = Environment.GetEnvironmentVariable("DEVICEFLEET_LONG_TESTS") == "1" ? 55 : 5;

    [Fact]
    public async Task Two_hundred_workflows_end_as_if_nothing_had_been_killed()
    {
        using var sidecar = new SidecarProcess();
        await using var worker = new TaskHubWorker(sidecar.GrpcPort, StepsWorkflow.Answer, StepsWorkflow.Run);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(Kills > 10 ? 20 : 3));
        sidecar.Start();
        await worker.StartAsync("reference", "Steps", "reference", patience.Token);
        var reference = await worker.EndAsync("reference", patience.Token);
        Assert.Equal(OrchestrationStatus.Completed, reference.WorkflowStatus);
        var expected = await ShapeAsync(worker, "reference", patience.Token);

        var starting = Task.WhenAll(Enumerable.Range(0, Instances).Select(number => worker.StartAsync($"w{number}", "Steps", $"w{number}", patience.Token)));
        var random = new Random(Seed);
        var killed = 0;
        for (; killed < Kills && !worker.HasEnded(Instances + 1); killed++)
        {
            // After so many answers: another point of the traffic each time, and no clock.
            await worker.AnsweredAsync(random.Next(1, Kills > 10 ? 12 : 300), patience.Token);
            sidecar.Kill();
            sidecar.Start();
        }

        await starting;
        for (var number = 0; number < Instances; number++)
        {
            var end = await worker.EndAsync($"w{number}", patience.Token);
            var phase = $"w{number} after {killed} kills (seed {Seed})";
            Assert.True(end.WorkflowStatus == OrchestrationStatus.Completed, $"{phase}: {end.WorkflowStatus} {end.FailureDetails}");
            Assert.Equal(reference.Output.Replace("reference", $"w{number}", StringComparison.Ordinal), end.Output);
            Assert.Equal(expected, await ShapeAsync(worker, $"w{number}", patience.Token));
        }

        Assert.True(killed == Kills, $"all had ended after {killed} of {Kills} kills");
    }

    /// <summary>Kinds and ids of the events; where turns begin and when things happened may differ.</summary>
    private static async Task<string> ShapeAsync(TaskHubWorker worker, string id, CancellationToken cancellationToken) => string.Join(
        '\n',
        (await worker.HistoryAsync(id, cancellationToken)).Where(one => one.WorkflowStarted is null).Select(one =>
            $"{one.EventTypeCase} {one.EventId} {one.TaskCompleted?.TaskScheduledId}{one.TaskFailed?.TaskScheduledId}{one.TimerFired?.TimerId}{one.ChildWorkflowInstanceCompleted?.TaskScheduledId}"));
}

/// <summary>Ten steps one after the other: activities, timers, an activity that fails first, children.</summary>
internal static class StepsWorkflow
{
    private const string Steps = "AtRCAtRCAA";

    public static WorkflowResponse Answer(Turn turn)
    {
        if (turn.Name == "Child")
        {
            return turn.Answer(turn.All.FirstOrDefault(one => one.TaskCompleted is not null)?.TaskCompleted is { } done ? [Turn.Done(1, done.Result)] : turn.IsFirst ? [Turn.Task(0, input: turn.Input)] : []);
        }

        // Replays the steps against the history: ids count up as a worker's would.
        var resolved = turn.All.Select(Resolution).OfType<(int Id, string? Result, bool IsFailure)>().ToDictionary(one => one.Id);
        var scheduled = turn.All.Where(one => one.TaskScheduled is not null || one.TimerCreated is not null || one.ChildWorkflowInstanceCreated is not null).Select(one => one.EventId).ToHashSet();
        var output = new List<string>();
        var id = 0;
        foreach (var (kind, step) in Steps.Select((kind, step) => (kind, step)))
        {
            for (var attempt = 0; ; attempt++)
            {
                var name = $"{turn.Input}/{step}{(kind == 'R' ? $"/{attempt}" : string.Empty)}";
                var action = kind switch
                {
                    't' => Turn.Timer(id, turn.Now.AddMilliseconds(20)),
                    'C' => Turn.Child(id, "Child", string.Empty, name),
                    _ => Turn.Task(id, kind == 'R' ? "FailsFirst" : "A", name),
                };
                if (!resolved.TryGetValue(id, out var result))
                {
                    return turn.Answer(scheduled.Contains(id) ? [] : [action]);
                }

                id++;
                if (!result.IsFailure)
                {
                    output.Add(result.Result ?? "-");
                    break;
                }

                // The pause before the next attempt.
                if (!resolved.ContainsKey(id))
                {
                    return turn.Answer(scheduled.Contains(id) ? [] : [Turn.Timer(id, turn.Now.AddMilliseconds(10))]);
                }

                id++;
            }
        }

        return turn.Answer(Turn.Done(id, string.Join(' ', output)));
    }

    public static ActivityResponse Run(ActivityRequest request) => request.Name == "FailsFirst" && request.Input.EndsWith("/0", StringComparison.Ordinal)
        ? TestWorker.Failure(request)
        : TestWorker.Result(request, $"<{request.Input}>");

    private static (int Id, string? Result, bool IsFailure)? Resolution(HistoryEvent one) => one.EventTypeCase switch
    {
        HistoryEvent.EventTypeOneofCase.TaskCompleted => (one.TaskCompleted.TaskScheduledId, one.TaskCompleted.Result, false),
        HistoryEvent.EventTypeOneofCase.TaskFailed => (one.TaskFailed.TaskScheduledId, null, true),
        HistoryEvent.EventTypeOneofCase.TimerFired => (one.TimerFired.TimerId, null, false),
        HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted => (one.ChildWorkflowInstanceCompleted.TaskScheduledId, one.ChildWorkflowInstanceCompleted.Result, false),
        _ => null,
    };
}
