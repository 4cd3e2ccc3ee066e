using TaskHub.Protocol;
using EventCase = TaskHub.Protocol.HistoryEvent.EventTypeOneofCase;

namespace DeviceFleet.Workflows.Replay;

/// <summary>Reads what a caller handed over: chunks of raw events, one for each instance.</summary>
internal static class PropagatedHistoryReader
{
    public static PropagatedHistory? Read(TaskHub.Protocol.PropagatedHistory? history) =>
        history is null || history.Chunks.Count == 0 ? null : new PropagatedHistory([.. history.Chunks.Select(Read)]);

    private static PropagatedHistoryEvent Read(PropagatedHistoryChunk chunk)
    {
        var activities = new SortedDictionary<int, PropagatedHistoryActivityResult>();
        var children = new SortedDictionary<int, PropagatedHistoryWorkflowResult>();
        foreach (var raw in chunk.RawEvents)
        {
            Apply(HistoryEvent.Parser.ParseFrom(raw), activities, children);
        }

        return new PropagatedHistoryEvent(chunk.InstanceId, chunk.AppId, chunk.WorkflowName, [.. activities.Values], [.. children.Values]);
    }

    private static void Apply(
        HistoryEvent happened,
        SortedDictionary<int, PropagatedHistoryActivityResult> activities,
        SortedDictionary<int, PropagatedHistoryWorkflowResult> children)
    {
        switch (happened.EventTypeCase)
        {
            case EventCase.TaskScheduled:
                var task = happened.TaskScheduled;
                activities[happened.EventId] = new PropagatedHistoryActivityResult(task.Name, PropagatedHistoryStatus.Pending, task.Input, null, null);
                break;
            case EventCase.TaskCompleted when activities.TryGetValue(happened.TaskCompleted.TaskScheduledId, out var call):
                activities[happened.TaskCompleted.TaskScheduledId] =
                    call with { Status = PropagatedHistoryStatus.Completed, Output = happened.TaskCompleted.Result };
                break;
            case EventCase.TaskFailed when activities.TryGetValue(happened.TaskFailed.TaskScheduledId, out var call):
                activities[happened.TaskFailed.TaskScheduledId] =
                    call with { Status = PropagatedHistoryStatus.Failed, FailureDetails = Failures.Read(happened.TaskFailed.FailureDetails) };
                break;
            case EventCase.ChildWorkflowInstanceCreated:
                children[happened.EventId] =
                    new PropagatedHistoryWorkflowResult(happened.ChildWorkflowInstanceCreated.Name, PropagatedHistoryStatus.Pending, null, null);
                break;
            case EventCase.ChildWorkflowInstanceCompleted when children.TryGetValue(happened.ChildWorkflowInstanceCompleted.TaskScheduledId, out var call):
                children[happened.ChildWorkflowInstanceCompleted.TaskScheduledId] =
                    call with { Status = PropagatedHistoryStatus.Completed, Output = happened.ChildWorkflowInstanceCompleted.Result };
                break;
            case EventCase.ChildWorkflowInstanceFailed when children.TryGetValue(happened.ChildWorkflowInstanceFailed.TaskScheduledId, out var call):
                children[happened.ChildWorkflowInstanceFailed.TaskScheduledId] =
                    call with { Status = PropagatedHistoryStatus.Failed, FailureDetails = Failures.Read(happened.ChildWorkflowInstanceFailed.FailureDetails) };
                break;
        }
    }
}
