using EmbeddedDapr.Workflows.Storage;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows.Dispatch;

/// <summary>Something for a worker to do.</summary>
internal abstract class Work
{
    /// <summary>Instance id.</summary>
    public abstract string InstanceId { get; }

    /// <summary>Ready since; for the age of what waits.</summary>
    public DateTimeOffset ReadyAt { get; set; }

    /// <summary>Who has it. Guarded by the dispatcher's lock.</summary>
    public WorkerStream? Stream { get; set; }

    /// <summary>Token of this hand-out.</summary>
    public string Token { get; set; } = string.Empty;

    /// <summary>Hand-outs that came back without an answer.</summary>
    public int Losses { get; set; }

    /// <summary>The item; null: there is nothing to do any more.</summary>
    public abstract WorkItemFrame? Begin(string token);

    /// <summary>The worker has gone without an answer.</summary>
    public abstract void Lost();
}

/// <summary>An activity to be run once more.</summary>
internal sealed class ActivityWork(WorkflowRow row, HistoryEvent scheduled, Action<ActivityWork> lost) : Work
{
    private readonly TaskScheduledEvent _task = scheduled.TaskScheduled;

    public override string InstanceId { get; } = row.Id;

    /// <summary>Use of the id.</summary>
    public long Key { get; } = row.Key;

    /// <summary>Generation that asked for it.</summary>
    public int Generation { get; } = row.Generation;

    /// <summary>Name of the workflow.</summary>
    public string WorkflowName { get; } = row.Name;

    /// <summary>Id of the action.</summary>
    public int TaskId => Scheduled.EventId;

    /// <summary>The event that asked for it.</summary>
    public HistoryEvent Scheduled { get; } = scheduled;

    /// <summary>Handed out at.</summary>
    public DateTimeOffset BeganAt { get; set; }

    /// <summary>Nobody wants the result any more: it is not handed out if it has not been.</summary>
    public bool IsWithdrawn { get; set; }

    public override WorkItemFrame? Begin(string token) => IsWithdrawn ? null : WorkItemFrame.Activity(
        new ActivityRequest
        {
            Name = _task.Name,
            Version = _task.Version,
            Input = _task.Input,
            WorkflowInstance = new WorkflowInstance { InstanceId = InstanceId },
            TaskId = TaskId,
            TaskExecutionId = _task.TaskExecutionId,
            ParentTraceContext = _task.ParentTraceContext,
        },
        token);

    public override void Lost() => lost(this);
}
