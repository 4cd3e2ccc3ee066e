using DeviceFleet.Workflows.Abstractions;

namespace DeviceFleet.Workflows;

/// <summary>What an activity knows about its call.</summary>
public abstract class WorkflowActivityContext
{
    /// <summary>The activity's name, as the workflow wrote it.</summary>
    public abstract TaskIdentifier Identifier { get; }

    /// <summary>
    /// The same text for every run and every attempt of one call, another for every other call. The sidecar's id of the task if the workflow's worker
    /// gave none.
    /// </summary>
    public abstract string TaskExecutionKey { get; }

    /// <summary>The id of the calling workflow instance.</summary>
    public abstract string InstanceId { get; }
}
