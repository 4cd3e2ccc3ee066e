using EmbeddedDapr.Workflows.Storage;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows.Turns;

/// <content>What each action leads to (contract section 4.5).</content>
internal sealed partial class TurnPlanner
{
    /// <summary>Why the action cannot be carried out; null: it is.</summary>
    private string? Apply(WorkflowAction action)
    {
        switch (action.WorkflowActionTypeCase)
        {
            case WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask:
                return Claim(OperationKind.Task, action.Id) ?? AddTask(action);
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer:
                return Claim(OperationKind.Timer, action.Id) ?? AddTimer(action);
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow:
                return Claim(OperationKind.Child, action.Id) ?? AddChild(action);
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateDetachedWorkflow:
                return AddDetached(action);
            case WorkflowAction.WorkflowActionTypeOneofCase.SendEvent:
                return SendEvent(action);
            case WorkflowAction.WorkflowActionTypeOneofCase.TerminateWorkflow:
                var end = action.TerminateWorkflow;
                Post(end.InstanceId, WorkflowEvents.Terminated(Now, end.Reason, end.Recurse));
                return null;
            case WorkflowAction.WorkflowActionTypeOneofCase.CompleteWorkflow:
                if (ReferenceEquals(action.CompleteWorkflow, _completion))
                {
                    AddCompletion();
                }

                return null; // a later completion does not count
            case WorkflowAction.WorkflowActionTypeOneofCase.WorkflowVersionNotAvailable:
                return null; // has stalled the instance before
            default:
                return "an action without a type this version knows";
        }
    }

    private string? Claim(OperationKind kind, int id) => _input.Facts.WasScheduled(kind, id) || !_made.Add((kind, id)) ? $"{kind} {id} has been asked for before" : null;

    private HistoryEvent Effect(WorkflowAction action)
    {
        var one = WorkflowEvents.New(Now);
        one.EventId = action.Id;
        one.Router = Router();
        if (action.Router is { HasTargetAppID: true } router)
        {
            one.Router.TargetAppID = router.TargetAppID;
        }

        _effects.Add(one);
        return one;
    }

    private string? AddTask(WorkflowAction action)
    {
        var task = action.ScheduleTask;
        var one = Effect(action);
        one.TaskScheduled = new TaskScheduledEvent
        {
            Name = task.Name,
            Version = task.Version,
            Input = task.Input,
            TaskExecutionId = task.TaskExecutionId,
            ParentTraceContext = Trace(),
        };
        if (task.HasHistoryPropagationScope)
        {
            one.TaskScheduled.HistoryPropagationScope = task.HistoryPropagationScope;
        }

        _tasks.Add(action.Id);
        return null;
    }

    private string? AddTimer(WorkflowAction action)
    {
        var timer = action.CreateTimer;
        if (timer.FireAt is null)
        {
            return $"timer {action.Id} has no time";
        }

        var created = new TimerCreatedEvent { FireAt = timer.FireAt };
        if (timer.HasName)
        {
            created.Name = timer.Name;
        }

        switch (timer.OriginCase)
        {
            case CreateTimerAction.OriginOneofCase.CreateTimer:
                created.CreateTimer = timer.CreateTimer;
                break;
            case CreateTimerAction.OriginOneofCase.ExternalEvent:
                created.ExternalEvent = timer.ExternalEvent;
                break;
            case CreateTimerAction.OriginOneofCase.ActivityRetry:
                created.ActivityRetry = timer.ActivityRetry;
                break;
            case CreateTimerAction.OriginOneofCase.ChildWorkflowRetry:
                created.ChildWorkflowRetry = timer.ChildWorkflowRetry;
                break;
        }

        Effect(action).TimerCreated = created;
        var due = TimerTimes.Due(timer.FireAt);
        if (due < DateTimeOffset.MaxValue)
        {
            _timers.Add(KeyValuePair.Create(action.Id, due));
        }

        return null;
    }

    private string? AddChild(WorkflowAction action)
    {
        var child = action.CreateChildWorkflow;
        var id = child.InstanceId.Length > 0 ? child.InstanceId : ChildId(Row.Id, action.Id);
        var created = new ChildWorkflowInstanceCreatedEvent { InstanceId = id, Name = child.Name, Version = child.Version, Input = child.Input, ParentTraceContext = Trace() };
        if (child.HasHistoryPropagationScope)
        {
            created.HistoryPropagationScope = child.HistoryPropagationScope;
        }

        if (child.RetryParentInstanceInfo is { } first)
        {
            created.RetryParentInstanceInfo = first;
        }

        Effect(action).ChildWorkflowInstanceCreated = created;
        var start = Start(id, child.Name, scheduledAt: null, parent: action.Id);
        var started = start.Event.ExecutionStarted;
        started.Version = child.Version;
        started.Input = child.Input;
        started.ParentTraceContext = Trace();
        started.ParentInstance = new ParentInstanceInfo
        {
            TaskScheduledId = action.Id,
            Name = Row.Name,
            WorkflowInstance = new WorkflowInstance { InstanceId = Row.Id, ExecutionId = Row.ExecutionId },
            AppID = _input.AppId,
        };
        var failure = new TaskFailureDetails { ErrorType = "WorkflowInstanceAlreadyExists", ErrorMessage = $"an active workflow with ID '{id}' already exists" };
        var occupied = WorkflowEvents.ChildFailed(Now, action.Id, failure, Router());
        AddStart(start, new InboxRow(_input.NextSequence(), Row.Generation, EventChunk.Write(occupied)));
        return null;
    }

    private string? AddDetached(WorkflowAction action)
    {
        var detached = action.CreateDetachedWorkflow;
        if (detached.InstanceId.Length == 0)
        {
            return $"detached workflow {action.Id} has no instance id";
        }

        Effect(action).DetachedWorkflowInstanceCreated = new DetachedWorkflowInstanceCreatedEvent { InstanceId = detached.InstanceId };
        DateTimeOffset? scheduledAt = detached.ScheduledStartTimestamp is { } at && TimerTimes.Due(at) > Now ? TimerTimes.Due(at) : null;
        var start = Start(detached.InstanceId, detached.Name, scheduledAt, parent: null);
        var started = start.Event.ExecutionStarted;
        started.Version = detached.Version;
        started.Input = detached.Input;
        started.ScheduledStartTimestamp = detached.ScheduledStartTimestamp;
        started.ParentTraceContext = detached.ParentTraceContext;
        started.Tags.Add(detached.Tags);
        AddStart(start, ifOccupied: null);
        return null;
    }

    private string? SendEvent(WorkflowAction action)
    {
        var sent = action.SendEvent;
        if (sent.Instance is not { InstanceId.Length: > 0 } target)
        {
            return $"event {action.Id} has no target";
        }

        Effect(action).EventSent = new EventSentEvent { InstanceId = target.InstanceId, Name = sent.Name, Input = sent.Data };
        Post(target.InstanceId, WorkflowEvents.EventRaised(Now, sent.Name, sent.Data));
        return null;
    }

    /// <summary>Id of a child that has none: the parent's, and the action's lowest four hexadecimal digits.</summary>
    internal static string ChildId(string parentId, int action) => $"{parentId}:{action & 0xFFFF:x4}";

    private (WorkflowRow Row, HistoryEvent Event) Start(string id, string name, DateTimeOffset? scheduledAt, int? parent)
    {
        var execution = Guid.NewGuid().ToString();
        var row = new WorkflowRow
        {
            Key = _input.NextSequence(),
            Id = id,
            ExecutionId = execution,
            Name = name,
            Status = OrchestrationStatus.Pending,
            CreatedAt = Now,
            UpdatedAt = Now,
            ScheduledAt = scheduledAt,
        };
        if (parent is { } task)
        {
            row = row with { ParentId = Row.Id, ParentExecutionId = Row.ExecutionId, ParentTask = task, ParentAppId = _input.AppId };
        }

        var one = WorkflowEvents.New(Now);
        one.ExecutionStarted = new ExecutionStartedEvent { Name = name, WorkflowInstance = new WorkflowInstance { InstanceId = id, ExecutionId = execution } };
        one.Router = Router();
        return (row, one);
    }

    private void AddStart((WorkflowRow Row, HistoryEvent Event) start, InboxRow? ifOccupied) => _starts.Add(new WorkflowStart
    {
        Row = start.Row,
        Inbox = new InboxRow(_input.NextSequence(), 0, EventChunk.Write(start.Event)),
        Timers = start.Row.ScheduledAt is { } at ? [KeyValuePair.Create(EngineTimers.Start, at)] : [],
        IfOccupied = ifOccupied,
    });

    private void Post(string instanceId, HistoryEvent one) =>
        _posts.Add(new WorkflowPost { InstanceId = instanceId, Inbox = new InboxRow(_input.NextSequence(), 0, EventChunk.Write(one)) });

    private TraceContext? Trace() => Started()?.ParentTraceContext;

    private ExecutionStartedEvent? Started() =>
        (_input.Facts.Start ?? _input.Events.FirstOrDefault(one => one.ExecutionStarted is not null))?.ExecutionStarted;
}
