namespace DeviceFleet.Workflows;

/// <summary>How a child workflow is called.</summary>
/// <param name="InstanceId">
/// The child's id; null: a new one for every attempt, the same in every replay. An id that belongs to an instance which has not ended fails the call.
/// </param>
/// <param name="RetryPolicy">What happens when it fails; null: it is not tried again.</param>
/// <param name="TargetAppId">The app whose worker runs it; null: the parent's own.</param>
/// <param name="PropagationScope">How much of the parent's history goes with the call.</param>
public record ChildWorkflowTaskOptions(
    string? InstanceId = null,
    WorkflowRetryPolicy? RetryPolicy = null,
    string? TargetAppId = null,
    HistoryPropagationScope PropagationScope = HistoryPropagationScope.None)
    : WorkflowTaskOptions(RetryPolicy, TargetAppId, PropagationScope)
{
    /// <summary>The same options with another scope.</summary>
    public new ChildWorkflowTaskOptions WithHistoryPropagation(HistoryPropagationScope scope) => this with { PropagationScope = scope };
}
