using Google.Protobuf.WellKnownTypes;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows.Turns;

/// <summary>Kinds of operations that a workflow waits for. Ids are unique within a kind only.</summary>
internal enum OperationKind
{
    Task,
    Timer,
    Child,
}

/// <summary>A timer that a workflow made and that has not fired.</summary>
/// <param name="Id">Id of the action.</param>
/// <param name="DueAt">When it fires; <see cref="DateTimeOffset.MaxValue"/>: never.</param>
/// <param name="FireAt">The same, as the worker gave it.</param>
/// <param name="Event">Name of the event whose time limit it is; null: none.</param>
internal sealed record OpenTimer(int Id, DateTimeOffset DueAt, Timestamp FireAt, string? Event);

/// <summary>What the history of one generation says, kept up with every commit, so that no turn reads all of it. Not thread safe.</summary>
internal sealed class WorkflowFacts
{
    private readonly HashSet<(OperationKind Kind, int Id)> _scheduled = [];
    private readonly HashSet<(OperationKind Kind, int Id)> _open = [];

    /// <summary>Events.</summary>
    public int Count { get; private set; }

    /// <summary>How it began; null: it has not.</summary>
    public HistoryEvent? Start { get; private set; }

    /// <summary>Scheduled activities without a result.</summary>
    public Dictionary<int, HistoryEvent> Tasks { get; } = [];

    /// <summary>Children without a result.</summary>
    public Dictionary<int, string> OpenChildren { get; } = [];

    /// <summary>All children of the generation.</summary>
    public List<string> Children { get; } = [];

    /// <summary>Timers that have not fired, in the order in which they were made.</summary>
    public List<OpenTimer> Timers { get; } = [];

    /// <summary>Patches of all turns.</summary>
    public List<string> Patches { get; } = [];

    /// <summary>Version that the workflow runs; null: it has none.</summary>
    public string? VersionName { get; private set; }

    /// <summary>The latest stall; null: none.</summary>
    public ExecutionStalledEvent? LastStall { get; private set; }

    public bool IsOpen(OperationKind kind, int id) => _open.Contains((kind, id));

    public bool WasScheduled(OperationKind kind, int id) => _scheduled.Contains((kind, id));

    /// <summary>What an event resolves; null: nothing.</summary>
    public static (OperationKind Kind, int Id)? Resolves(HistoryEvent one) => one.EventTypeCase switch
    {
        HistoryEvent.EventTypeOneofCase.TaskCompleted => (OperationKind.Task, one.TaskCompleted.TaskScheduledId),
        HistoryEvent.EventTypeOneofCase.TaskFailed => (OperationKind.Task, one.TaskFailed.TaskScheduledId),
        HistoryEvent.EventTypeOneofCase.TimerFired => (OperationKind.Timer, one.TimerFired.TimerId),
        HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted => (OperationKind.Child, one.ChildWorkflowInstanceCompleted.TaskScheduledId),
        HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed => (OperationKind.Child, one.ChildWorkflowInstanceFailed.TaskScheduledId),
        _ => null,
    };

    public void Add(IEnumerable<HistoryEvent> events)
    {
        foreach (var one in events)
        {
            Add(one);
        }
    }

    /// <summary>The timer whose wait an event ends: the oldest of that name.</summary>
    public OpenTimer? TimerOf(string eventName, IReadOnlyCollection<int> except)
    {
        foreach (var timer in Timers)
        {
            if (timer.Event is { } name && name.Equals(eventName, StringComparison.OrdinalIgnoreCase) && !except.Contains(timer.Id))
            {
                return timer;
            }
        }

        return null;
    }

    private void Add(HistoryEvent one)
    {
        Count++;
        switch (one.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.ExecutionStarted:
                Start ??= one;
                break;
            case HistoryEvent.EventTypeOneofCase.WorkflowStarted when one.WorkflowStarted.Version is { } version:
                Patches.AddRange(version.Patches);
                VersionName ??= version.HasName ? version.Name : null;
                break;
            case HistoryEvent.EventTypeOneofCase.TaskScheduled:
                Open(OperationKind.Task, one.EventId);
                Tasks[one.EventId] = one;
                break;
            case HistoryEvent.EventTypeOneofCase.TimerCreated:
                Open(OperationKind.Timer, one.EventId);
                Timers.Add(TimerTimes.Open(one));
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated:
                Open(OperationKind.Child, one.EventId);
                OpenChildren[one.EventId] = one.ChildWorkflowInstanceCreated.InstanceId;
                Children.Add(one.ChildWorkflowInstanceCreated.InstanceId);
                break;
            case HistoryEvent.EventTypeOneofCase.EventRaised when TimerOf(one.EventRaised.Name, []) is { } limit:
                Close(OperationKind.Timer, limit.Id); // its wait is over
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionStalled:
                LastStall = one.ExecutionStalled;
                break;
            default:
                if (Resolves(one) is { } resolved)
                {
                    Close(resolved.Kind, resolved.Id);
                }

                break;
        }
    }

    private void Open(OperationKind kind, int id)
    {
        _scheduled.Add((kind, id));
        _open.Add((kind, id));
    }

    private void Close(OperationKind kind, int id)
    {
        _open.Remove((kind, id));
        switch (kind)
        {
            case OperationKind.Task:
                Tasks.Remove(id);
                break;
            case OperationKind.Timer:
                Timers.RemoveAll(timer => timer.Id == id);
                break;
            case OperationKind.Child:
                OpenChildren.Remove(id);
                break;
        }
    }
}
