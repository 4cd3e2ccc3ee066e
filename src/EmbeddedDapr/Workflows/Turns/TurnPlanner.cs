using EmbeddedDapr.Workflows.Storage;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows.Turns;

/// <summary>
/// From a worker's answer to what has to be stored (workflow contract, sections 4.4 and 4.5). Pure: reads no clock, does no I/O, changes nothing it is given but the
/// <c>WorkflowStarted</c> event of the turn, which gets the version that the worker names.
/// </summary>
internal sealed partial class TurnPlanner
{
    private readonly TurnInput _input;
    private readonly List<HistoryEvent> _effects = [];
    private readonly List<int> _tasks = [];
    private readonly List<KeyValuePair<int, DateTimeOffset>> _timers = [];
    private readonly List<WorkflowStart> _starts = [];
    private readonly List<WorkflowPost> _posts = [];
    private readonly List<InboxRow> _own = [];
    private readonly HashSet<(OperationKind Kind, int Id)> _made = [];
    private CompleteWorkflowAction? _completion;
    private int _completionId;

    private TurnPlanner(TurnInput input) => _input = input;

    private WorkflowRow Row => _input.Row;

    private DateTimeOffset Now => _input.Now;

    public static TurnPlan Plan(TurnInput input) => new TurnPlanner(input).Plan();

    /// <summary>An answer that an instance gets without a worker being asked: ended before its first turn.</summary>
    public static WorkflowResponse Nothing(string instanceId) => new() { InstanceId = instanceId };

    /// <summary>The event that ends a workflow in place of a worker that gives answers nobody can carry out.</summary>
    public static WorkflowResponse Fail(string instanceId, string why) => new()
    {
        InstanceId = instanceId,
        Actions =
        {
            new WorkflowAction
            {
                Id = WorkflowEvents.NoAction,
                CompleteWorkflow = new CompleteWorkflowAction
                {
                    WorkflowStatus = OrchestrationStatus.Failed,
                    FailureDetails = new TaskFailureDetails { ErrorType = "InvalidWorkflowResponse", ErrorMessage = why },
                },
            },
        },
    };

    /// <summary>The stall of an instance whose turn is too large for any worker.</summary>
    public static TurnPlan Stall(TurnInput input, StalledReason reason, string why) => new TurnPlanner(input).Stalled(reason, why);

    private TurnPlan Plan()
    {
        var terminated = _input.Events.FirstOrDefault(one => one.ExecutionTerminated is not null)?.ExecutionTerminated;
        if (_input.Response.Actions.Any(action => action.WorkflowVersionNotAvailable is not null))
        {
            return Stalled(StalledReason.VersionNotAvailable, $"Version not available: {_input.Facts.VersionName ?? Row.Name}");
        }

        // A worker may acknowledge a termination or a suspension without having run the workflow (contract 7.2, Q-8).
        var acknowledges = _input.Events.Any(one => one.ExecutionTerminated is not null || one.ExecutionSuspended is not null) && _input.Response.Version is null;
        if (!acknowledges && PatchMismatch() is { } mismatch)
        {
            return Stalled(StalledReason.PatchMismatch, mismatch);
        }

        FindCompletion(terminated is not null);
        if (_completion?.WorkflowStatus == OrchestrationStatus.ContinuedAsNew)
        {
            RecordVersion();
            return ContinueAsNew(_completion);
        }

        // E-8: a termination that the worker overlooked; what it asked for instead is dropped.
        if (terminated is not null && _completion is null)
        {
            _completion = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Terminated, Result = terminated.Input };
            _completionId = WorkflowEvents.NoAction;
            AddCompletion();
        }
        else
        {
            foreach (var action in _input.Response.Actions)
            {
                if (Apply(action) is { } rejection)
                {
                    return new TurnPlan { Rejection = rejection };
                }
            }
        }

        RecordVersion();
        return Commit(terminated);
    }

    /// <summary>The first completion counts; a termination rules out that the workflow goes on.</summary>
    private void FindCompletion(bool isTerminated)
    {
        foreach (var action in _input.Response.Actions)
        {
            if (action.CompleteWorkflow is { } completion && !(isTerminated && completion.WorkflowStatus == OrchestrationStatus.ContinuedAsNew))
            {
                _completion = completion;
                _completionId = action.Id;
                return;
            }
        }
    }

    private TurnPlan Commit(ExecutionTerminatedEvent? terminated)
    {
        List<HistoryEvent> events = [_input.Started, .. _input.Events, .. _effects];
        var fired = new HashSet<int>();
        var isSuspended = Row.IsSuspended;
        foreach (var one in _input.Events)
        {
            switch (one.EventTypeCase)
            {
                case HistoryEvent.EventTypeOneofCase.ExecutionSuspended:
                    isSuspended = true;
                    break;
                case HistoryEvent.EventTypeOneofCase.ExecutionResumed:
                    isSuspended = false;
                    break;
                case HistoryEvent.EventTypeOneofCase.TimerFired:
                    fired.Add(one.TimerFired.TimerId);
                    break;
                case HistoryEvent.EventTypeOneofCase.EventRaised when _input.Facts.TimerOf(one.EventRaised.Name, fired) is { } timer:
                    fired.Add(timer.Id);
                    break;
            }
        }

        var started = Row.StartedAt ?? _input.Started.Timestamp.ToDateTimeOffset();
        var row = Row with
        {
            Version = Row.Version + 1,
            Status = _completion?.WorkflowStatus ?? (isSuspended ? OrchestrationStatus.Suspended : OrchestrationStatus.Running),
            IsSuspended = isSuspended,
            StalledWhy = string.Empty,
            CustomStatus = CustomStatus(),
            StartedAt = started,
            UpdatedAt = Now,
            CompletedAt = _completion is null ? null : Now,
        };
        if (row.IsTerminal)
        {
            NotifyParent(row);
            TerminateChildren(row, terminated);
            if (RetentionOf(row.Status) is { } ttl)
            {
                _timers.Clear();
                _timers.Add(KeyValuePair.Create(EngineTimers.Retention, Add(Now, ttl)));
            }
            else
            {
                _timers.Clear();
            }
        }

        return new TurnPlan
        {
            Events = events,
            Change = new WorkflowChange
            {
                Row = row,
                History = new HistoryChunk(_input.Facts.Count, events.Count, EventChunk.Write(events)),
                InboxTaken = _input.Taken,
                InboxAdded = _own,
                TasksAdded = row.Status == OrchestrationStatus.Terminated ? [] : _tasks,
                DropsTasks = row.Status == OrchestrationStatus.Terminated,
                TimersAdded = _timers,
                TimersRemoved = [.. fired],
                DropsTimers = row.IsTerminal,
                Starts = _starts,
                Posts = _posts,
            },
        };
    }

    /// <summary>E-9: an answer without custom status clears it, unless it only acknowledges.</summary>
    private string? CustomStatus()
    {
        if (_input.Response.CustomStatus is { } given)
        {
            return given.Length == 0 ? null : given;
        }

        return _input.Events.Any(one => one.ExecutionTerminated is not null || one.ExecutionSuspended is not null) ? Row.CustomStatus : null;
    }

    private TimeSpan? RetentionOf(OrchestrationStatus status) => status switch
    {
        OrchestrationStatus.Completed => _input.Retention.Completed ?? _input.Retention.AnyTerminal,
        OrchestrationStatus.Failed => _input.Retention.Failed ?? _input.Retention.AnyTerminal,
        OrchestrationStatus.Terminated => _input.Retention.Terminated ?? _input.Retention.AnyTerminal,
        _ => _input.Retention.AnyTerminal,
    };

    private static DateTimeOffset Add(DateTimeOffset now, TimeSpan ttl) => ttl > DateTimeOffset.MaxValue - now ? DateTimeOffset.MaxValue : now + ttl;

    private TaskRouter Router() => new() { SourceAppID = _input.AppId };
}
