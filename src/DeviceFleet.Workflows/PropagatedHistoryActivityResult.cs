namespace DeviceFleet.Workflows;

/// <summary>One call of an activity in a history that was handed over.</summary>
/// <param name="Name">The activity's name.</param>
/// <param name="Status">Where the call stood.</param>
/// <param name="Input">Its input as JSON; null if it had none.</param>
/// <param name="Output">Its result as JSON; null if there is none.</param>
/// <param name="FailureDetails">Why it failed; null if it did not.</param>
public sealed record PropagatedHistoryActivityResult(
    string Name,
    PropagatedHistoryStatus Status,
    string? Input,
    string? Output,
    WorkflowTaskFailureDetails? FailureDetails);
