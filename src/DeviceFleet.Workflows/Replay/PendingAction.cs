using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Replay;

/// <summary>What user code asked for and history has not yet confirmed.</summary>
internal sealed class PendingAction(WorkflowAction action, Action<WorkflowAction>? finish)
{
    public WorkflowAction Action { get; } = action;

    /// <summary>The action as it is sent. What only the sidecar wants to know of it is worked out here, and not in every replay.</summary>
    public WorkflowAction Finished()
    {
        finish?.Invoke(Action);
        return Action;
    }

    /// <summary>Its result came before its confirmation: the work is done, it must not be asked for again.</summary>
    public bool IsDone { get; set; }
}
