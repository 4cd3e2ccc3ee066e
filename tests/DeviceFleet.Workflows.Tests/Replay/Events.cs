using Google.Protobuf.WellKnownTypes;
using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Tests.Replay;

/// <summary>Events as the sidecar writes them.</summary>
internal static class Events
{
    public static HistoryEvent Started(string name, string? input, string instance, string? executionId) => Event(new HistoryEvent
    {
        ExecutionStarted = new ExecutionStartedEvent
        {
            Name = name,
            Input = input,
            WorkflowInstance = new WorkflowInstance { InstanceId = instance, ExecutionId = executionId },
        },
        Router = new TaskRouter { SourceAppID = "app" },
    });

    public static HistoryEvent TurnBegins(DateTime now) => new() { EventId = -1, Timestamp = Timestamp.FromDateTime(now), WorkflowStarted = new WorkflowStartedEvent() };

    public static HistoryEvent Completed(int id, string? json = null) => Event(new HistoryEvent { TaskCompleted = new TaskCompletedEvent { TaskScheduledId = id, Result = json } });

    public static HistoryEvent Failed(int id, string type = "System.InvalidOperationException", string message = "broken") => Event(new HistoryEvent
    {
        TaskFailed = new TaskFailedEvent { TaskScheduledId = id, FailureDetails = new TaskFailureDetails { ErrorType = type, ErrorMessage = message } },
    });

    public static HistoryEvent ChildCompleted(int id, string? json = null) =>
        Event(new HistoryEvent { ChildWorkflowInstanceCompleted = new ChildWorkflowInstanceCompletedEvent { TaskScheduledId = id, Result = json } });

    public static HistoryEvent ChildFailed(int id, string type = "Child.Error", string message = "child broke") => Event(new HistoryEvent
    {
        ChildWorkflowInstanceFailed = new ChildWorkflowInstanceFailedEvent
        {
            TaskScheduledId = id,
            FailureDetails = new TaskFailureDetails { ErrorType = type, ErrorMessage = message },
        },
    });

    public static HistoryEvent Fired(int id) => Event(new HistoryEvent { TimerFired = new TimerFiredEvent { TimerId = id, FireAt = new Timestamp() } });

    public static HistoryEvent Raised(string name, string? json = null) => Event(new HistoryEvent { EventRaised = new EventRaisedEvent { Name = name, Input = json } });

    public static HistoryEvent Suspended() => Event(new HistoryEvent { ExecutionSuspended = new ExecutionSuspendedEvent() });

    public static HistoryEvent Resumed() => Event(new HistoryEvent { ExecutionResumed = new ExecutionResumedEvent() });

    public static HistoryEvent Terminated(string? output = null) => Event(new HistoryEvent { ExecutionTerminated = new ExecutionTerminatedEvent { Input = output } });

    public static HistoryEvent Scheduled(int id, string name) => new() { EventId = id, Timestamp = new Timestamp(), TaskScheduled = new TaskScheduledEvent { Name = name } };

    public static HistoryEvent TimerCreated(int id) => new() { EventId = id, Timestamp = new Timestamp(), TimerCreated = new TimerCreatedEvent() };

    /// <summary>What the engine writes for an action; null for none.</summary>
    public static HistoryEvent? Of(WorkflowAction action, DateTime now)
    {
        var happened = new HistoryEvent { EventId = action.Id, Timestamp = Timestamp.FromDateTime(now) };
        switch (action.WorkflowActionTypeCase)
        {
            case WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask:
                happened.TaskScheduled = new TaskScheduledEvent { Name = action.ScheduleTask.Name, Input = action.ScheduleTask.Input };
                return happened;
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow:
                var child = action.CreateChildWorkflow;
                happened.ChildWorkflowInstanceCreated = new ChildWorkflowInstanceCreatedEvent { Name = child.Name, InstanceId = child.InstanceId };
                return happened;
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer:
                happened.TimerCreated = new TimerCreatedEvent { FireAt = action.CreateTimer.FireAt };
                return happened;
            case WorkflowAction.WorkflowActionTypeOneofCase.SendEvent:
                happened.EventSent = new EventSentEvent { InstanceId = action.SendEvent.Instance.InstanceId, Name = action.SendEvent.Name };
                return happened;
            default:
                return null;
        }
    }

    private static HistoryEvent Event(HistoryEvent happened)
    {
        happened.EventId = -1;
        happened.Timestamp = new Timestamp();
        return happened;
    }
}
