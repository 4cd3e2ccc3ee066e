using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Replay;

/// <summary>What user code asked for and history has not yet confirmed.</summary>
internal sealed class PendingAction(WorkflowAction action)
{
    public WorkflowAction Action { get; } = action;

    /// <summary>Its result came before its confirmation: the work is done, it must not be asked for again.</summary>
    public bool IsDone { get; set; }
}
