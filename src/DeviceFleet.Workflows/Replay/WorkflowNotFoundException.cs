namespace DeviceFleet.Workflows.Replay;

/// <summary>No workflow of that name is registered here.</summary>
internal sealed class WorkflowNotFoundException(string name) : Exception($"No workflow '{name}' is registered with this worker.");
