using TaskHub.Protocol;
using ActionCase = TaskHub.Protocol.WorkflowAction.WorkflowActionTypeOneofCase;
using EventCase = TaskHub.Protocol.HistoryEvent.EventTypeOneofCase;

namespace DeviceFleet.Workflows.Replay;

/// <summary>Results and confirmations.</summary>
internal sealed partial class WorkflowTurn
{
    /// <summary>Hands a result to the code.</summary>
    /// <returns>False if the event is none.</returns>
    private bool Resolves(HistoryEvent happened)
    {
        (OperationKind Kind, int Id)? operation = happened.EventTypeCase switch
        {
            EventCase.TaskCompleted => (OperationKind.Task, happened.TaskCompleted.TaskScheduledId),
            EventCase.TaskFailed => (OperationKind.Task, happened.TaskFailed.TaskScheduledId),
            EventCase.ChildWorkflowInstanceCompleted => (OperationKind.Child, happened.ChildWorkflowInstanceCompleted.TaskScheduledId),
            EventCase.ChildWorkflowInstanceFailed => (OperationKind.Child, happened.ChildWorkflowInstanceFailed.TaskScheduledId),
            EventCase.TimerFired => (OperationKind.Timer, happened.TimerFired.TimerId),
            _ => null,
        };
        if (operation is not { } found)
        {
            return false;
        }

        _run.Operations.Resolve(found.Kind, found.Id, happened);
        return true;
    }

    /// <summary>Compares what history has with what the code asked for.</summary>
    /// <returns>What differs; null if nothing does, or if the event is no confirmation. The time of a timer may differ: other workers take it from their clock.</returns>
    private string? Contradicts(HistoryEvent happened)
    {
        var id = happened.EventId;
        switch (happened.EventTypeCase)
        {
            case EventCase.TaskScheduled:
                var task = happened.TaskScheduled;
                return _run.Operations.Confirm(id, ActionCase.ScheduleTask, action => action.ScheduleTask.Name == task.Name, Words.Activity(task.Name));
            case EventCase.ChildWorkflowInstanceCreated:
                var child = happened.ChildWorkflowInstanceCreated;
                return _run.Operations.Confirm(
                    id,
                    ActionCase.CreateChildWorkflow,
                    action => action.CreateChildWorkflow.Name == child.Name && action.CreateChildWorkflow.InstanceId == child.InstanceId,
                    Words.Child(child.Name, child.InstanceId));
            case EventCase.TimerCreated:
                return _run.Operations.Confirm(id, ActionCase.CreateTimer, static _ => true, Words.Timer);
            case EventCase.EventSent:
                var sent = happened.EventSent;
                return _run.Operations.Confirm(
                    id,
                    ActionCase.SendEvent,
                    action => action.SendEvent.Instance.InstanceId == sent.InstanceId && action.SendEvent.Name == sent.Name,
                    Words.Event(sent.InstanceId, sent.Name));
            case EventCase.DetachedWorkflowInstanceCreated:
                var detached = happened.DetachedWorkflowInstanceCreated.InstanceId;
                return _run.Operations.Confirm(
                    id,
                    ActionCase.CreateDetachedWorkflow,
                    action => action.CreateDetachedWorkflow.InstanceId == detached,
                    $"the start of instance '{detached}'");
            default:
                return null;
        }
    }
}
