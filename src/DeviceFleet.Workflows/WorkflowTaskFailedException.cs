namespace DeviceFleet.Workflows;

/// <summary>An activity or a child workflow has failed. Thrown by the task that waits for it, after all attempts of its retry policy.</summary>
/// <param name="message">What failed.</param>
/// <param name="failureDetails">Why.</param>
public class WorkflowTaskFailedException(string message, WorkflowTaskFailureDetails failureDetails) : Exception(message)
{
    /// <summary>Why it failed.</summary>
    public WorkflowTaskFailureDetails FailureDetails { get; } = failureDetails ?? throw new ArgumentNullException(nameof(failureDetails));
}
