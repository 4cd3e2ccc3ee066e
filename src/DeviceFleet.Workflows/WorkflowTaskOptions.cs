namespace DeviceFleet.Workflows;

/// <summary>How an activity is called.</summary>
/// <param name="RetryPolicy">What happens when it fails; null: it is not tried again.</param>
/// <param name="TargetAppId">The app whose worker runs it; null: the workflow's own.</param>
/// <param name="PropagationScope">How much of the workflow's history goes with the call.</param>
public record WorkflowTaskOptions(
    WorkflowRetryPolicy? RetryPolicy = null,
    string? TargetAppId = null,
    HistoryPropagationScope PropagationScope = HistoryPropagationScope.None)
{
    /// <summary>The same options with another scope.</summary>
    public WorkflowTaskOptions WithHistoryPropagation(HistoryPropagationScope scope) => this with { PropagationScope = scope };
}
