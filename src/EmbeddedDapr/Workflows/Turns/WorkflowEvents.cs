using Google.Protobuf.WellKnownTypes;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows.Turns;

/// <summary>Makes events that no worker makes.</summary>
internal static class WorkflowEvents
{
    /// <summary>Event id of what no action asked for.</summary>
    public const int NoAction = -1;

    public static HistoryEvent New(DateTimeOffset at) => new() { EventId = NoAction, Timestamp = at.ToTimestamp() };

    public static HistoryEvent WorkflowStarted(DateTimeOffset at)
    {
        var one = New(at);
        one.WorkflowStarted = new WorkflowStartedEvent();
        return one;
    }

    public static HistoryEvent TimerFired(DateTimeOffset at, int timerId, Timestamp fireAt)
    {
        var one = New(at);
        one.TimerFired = new TimerFiredEvent { TimerId = timerId, FireAt = fireAt };
        return one;
    }

    public static HistoryEvent EventRaised(DateTimeOffset at, string name, string? input)
    {
        var one = New(at);
        one.EventRaised = new EventRaisedEvent { Name = name, Input = input };
        return one;
    }

    public static HistoryEvent Terminated(DateTimeOffset at, string? output, bool recurse)
    {
        var one = New(at);
        one.ExecutionTerminated = new ExecutionTerminatedEvent { Input = output, Recurse = recurse };
        return one;
    }

    public static HistoryEvent Suspended(DateTimeOffset at, string? reason)
    {
        var one = New(at);
        one.ExecutionSuspended = new ExecutionSuspendedEvent { Input = reason };
        return one;
    }

    public static HistoryEvent Resumed(DateTimeOffset at, string? reason)
    {
        var one = New(at);
        one.ExecutionResumed = new ExecutionResumedEvent { Input = reason };
        return one;
    }

    public static HistoryEvent Stalled(DateTimeOffset at, StalledReason reason, string description)
    {
        var one = New(at);
        one.ExecutionStalled = new ExecutionStalledEvent { Reason = reason, Description = description };
        return one;
    }

    public static HistoryEvent ChildFailed(DateTimeOffset at, int task, TaskFailureDetails? failure, TaskRouter? router)
    {
        var one = New(at);
        one.ChildWorkflowInstanceFailed = new ChildWorkflowInstanceFailedEvent { TaskScheduledId = task, FailureDetails = failure };
        one.Router = router;
        return one;
    }

    public static HistoryEvent ChildCompleted(DateTimeOffset at, int task, string? result, TaskRouter? router)
    {
        var one = New(at);
        one.ChildWorkflowInstanceCompleted = new ChildWorkflowInstanceCompletedEvent { TaskScheduledId = task, Result = result };
        one.Router = router;
        return one;
    }

    /// <summary>The result of an activity.</summary>
    public static HistoryEvent TaskEnded(DateTimeOffset at, HistoryEvent scheduled, ActivityResponse response)
    {
        var one = New(at);
        var execution = scheduled.TaskScheduled.TaskExecutionId;
        if (response.FailureDetails is { } failure)
        {
            one.TaskFailed = new TaskFailedEvent { TaskScheduledId = scheduled.EventId, FailureDetails = failure, TaskExecutionId = execution };
        }
        else
        {
            one.TaskCompleted = new TaskCompletedEvent { TaskScheduledId = scheduled.EventId, Result = response.Result, TaskExecutionId = execution };
        }

        one.Router = scheduled.Router;
        return one;
    }
}
