using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Replay;

/// <summary>How a run ends.</summary>
internal sealed record Ending(OrchestrationStatus Status, string? Result, TaskFailureDetails? Failure = null)
{
    public CompleteWorkflowAction ToAction() => new() { WorkflowStatus = Status, Result = Result, FailureDetails = Failure };
}
