namespace DeviceFleet.Workflows.Client;

/// <summary>A page of the instances of an app.</summary>
/// <param name="InstanceIds">Their ids.</param>
/// <param name="ContinuationToken">Asks for the next page; null on the last.</param>
public sealed record WorkflowInstancePage(IReadOnlyList<string> InstanceIds, string? ContinuationToken);
