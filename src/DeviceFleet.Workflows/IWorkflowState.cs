namespace DeviceFleet.Workflows;

/// <summary>What can be seen of an instance from outside.</summary>
public interface IWorkflowState
{
    /// <summary>Whether there is such an instance; if not, everything else has its default.</summary>
    bool Exists { get; }

    /// <summary>The name it was started by.</summary>
    string WorkflowName { get; }

    /// <summary>Whether its status is <see cref="WorkflowRuntimeStatus.Running"/>.</summary>
    bool IsWorkflowRunning { get; }

    /// <summary>Whether it has ended: completed, failed or terminated.</summary>
    bool IsWorkflowCompleted { get; }

    /// <summary>When it was created.</summary>
    DateTimeOffset CreatedAt { get; }

    /// <summary>When its history last grew.</summary>
    DateTimeOffset LastUpdatedAt { get; }

    /// <summary>Where it stands.</summary>
    WorkflowRuntimeStatus RuntimeStatus { get; }

    /// <summary>Why it failed; null if it did not, or if payloads were not asked for.</summary>
    WorkflowTaskFailureDetails? FailureDetails { get; }

    /// <summary>Its input; default if it had none, or if payloads were not asked for.</summary>
    T? ReadInputAs<T>();

    /// <summary>Its output; default if it has none, or if payloads were not asked for.</summary>
    T? ReadOutputAs<T>();

    /// <summary>Its custom status; default if it has none, or if payloads were not asked for.</summary>
    T? ReadCustomStatusAs<T>();
}
