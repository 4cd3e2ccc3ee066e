using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows.Turns;

/// <summary>The history that a rerun begins with, and what of it is to be done again. Pure.</summary>
internal sealed record RerunPlan
{
    public required IReadOnlyList<HistoryEvent> History { get; init; }

    public required HistoryEvent Start { get; init; }

    public required IReadOnlyList<int> Tasks { get; init; }

    public required IReadOnlyList<KeyValuePair<int, DateTimeOffset>> Timers { get; init; }

    public required IReadOnlyList<HistoryEvent> Children { get; init; }

    public static (RerunPlan? Plan, WorkflowRefusal? Refusal) Make(IReadOnlyList<HistoryEvent> source, RerunWorkflowFromEventRequest request, string newId)
    {
        var id = (int)request.EventID;
        var index = source.Select((one, at) => (one, at)).FirstOrDefault(pair => pair.one.EventId == id, (null!, -1)).at;
        if (index < 0 || source.FirstOrDefault(one => one.ExecutionStarted is not null) is not { } start)
        {
            return (null, new(WorkflowRefusalKind.NotFound, $"does not have history event with ID '{id}'"));
        }

        var target = source[index].Clone();
        if (target.TaskScheduled is null && target.TimerCreated is null && target.ChildWorkflowInstanceCreated is null)
        {
            return (null, new(WorkflowRefusalKind.NotFound, $"target event '*protos.HistoryEvent_{target.EventTypeCase}' with ID '{id}' is not an event that can be rerun"));
        }

        if (Redirect(target, request, newId) is { } refusal)
        {
            return (null, refusal);
        }

        List<HistoryEvent> history = [.. source.Take(index).Select(one => one.Clone())];

        // What was asked for in the same turn beside the target is asked for again, too: the workflow waits for it.
        history.Add(target);
        history.AddRange(source.Skip(index + 1).TakeWhile(one => one.WorkflowStarted is null && one.ExecutionCompleted is null).Where(IsScheduling).Select(one => one.Clone()));
        var facts = new WorkflowFacts();
        facts.Add(history);
        var children = new List<HistoryEvent>();
        foreach (var created in history.Where(one => one.ChildWorkflowInstanceCreated is not null && facts.IsOpen(OperationKind.Child, one.EventId)))
        {
            if (created != target)
            {
                created.ChildWorkflowInstanceCreated.InstanceId = TurnPlanner.ChildId(newId, created.EventId);
            }

            children.Add(created);
        }

        return (new RerunPlan
        {
            History = history,
            Start = start,
            Tasks = [.. facts.Tasks.Keys],
            Timers = [.. facts.Timers.Where(timer => timer.DueAt < DateTimeOffset.MaxValue).Select(timer => KeyValuePair.Create(timer.Id, timer.DueAt))],
            Children = children,
        }, null);
    }

    private static bool IsScheduling(HistoryEvent one) => one.TaskScheduled is not null || one.TimerCreated is not null || one.ChildWorkflowInstanceCreated is not null;

    private static WorkflowRefusal? Redirect(HistoryEvent target, RerunWorkflowFromEventRequest request, string newId)
    {
        var rerun = new RerunParentInstanceInfo { InstanceID = request.SourceInstanceID };
        if (request.HasNewChildWorkflowInstanceID && target.ChildWorkflowInstanceCreated is null)
        {
            return new(WorkflowRefusalKind.InvalidArgument, "a new child workflow instance ID is only allowed for a child workflow");
        }

        if (target.TaskScheduled is { } task)
        {
            task.RerunParentInstanceInfo = rerun;
            task.Input = request.OverwriteInput ? request.Input : task.Input;
        }
        else if (target.TimerCreated is { } timer)
        {
            if (request.OverwriteInput)
            {
                return new(WorkflowRefusalKind.InvalidArgument, $"cannot write input to timer event '{target.EventId}'");
            }

            timer.RerunParentInstanceInfo = rerun;
        }
        else if (target.ChildWorkflowInstanceCreated is { } child)
        {
            child.RerunParentInstanceInfo = rerun;
            child.Input = request.OverwriteInput ? request.Input : child.Input;
            child.InstanceId = request.HasNewChildWorkflowInstanceID ? request.NewChildWorkflowInstanceID : TurnPlanner.ChildId(newId, target.EventId);
        }

        return null;
    }
}
