namespace DeviceFleet.Workflows;

/// <summary>One call of a child workflow in a history that was handed over.</summary>
/// <param name="Name">The child's name.</param>
/// <param name="Status">Where the call stood.</param>
/// <param name="Output">Its result as JSON; null if there is none.</param>
/// <param name="FailureDetails">Why it failed; null if it did not.</param>
public sealed record PropagatedHistoryWorkflowResult(string Name, PropagatedHistoryStatus Status, string? Output, WorkflowTaskFailureDetails? FailureDetails);
