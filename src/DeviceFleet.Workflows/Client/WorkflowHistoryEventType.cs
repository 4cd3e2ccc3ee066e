namespace DeviceFleet.Workflows.Client;

/// <summary>Kinds of events in a history. Names are those of Dapr.Workflow, which speaks of orchestrations.</summary>
public enum WorkflowHistoryEventType
{
    /// <summary>An event this library does not know.</summary>
    Unknown = 0,

    /// <summary>The instance was started, or started again by continue-as-new.</summary>
    ExecutionStarted = 1,

    /// <summary>The workflow returned or threw.</summary>
    ExecutionCompleted = 2,

    /// <summary>A caller ended the instance.</summary>
    ExecutionTerminated = 3,

    /// <summary>An activity was asked for.</summary>
    TaskScheduled = 4,

    /// <summary>An activity returned.</summary>
    TaskCompleted = 5,

    /// <summary>An activity failed.</summary>
    TaskFailed = 6,

    /// <summary>A child workflow was started.</summary>
    SubOrchestrationInstanceCreated = 7,

    /// <summary>A child workflow returned.</summary>
    SubOrchestrationInstanceCompleted = 8,

    /// <summary>A child workflow failed.</summary>
    SubOrchestrationInstanceFailed = 9,

    /// <summary>A timer was set.</summary>
    TimerCreated = 10,

    /// <summary>A timer fired.</summary>
    TimerFired = 11,

    /// <summary>A turn began.</summary>
    OrchestratorStarted = 12,

    /// <summary>A turn ended; sidecars do not write it.</summary>
    OrchestratorCompleted = 13,

    /// <summary>An event was sent to another instance.</summary>
    EventSent = 14,

    /// <summary>An event was received.</summary>
    EventRaised = 15,

    /// <summary>An event without meaning to workflows.</summary>
    GenericEvent = 16,

    /// <summary>A snapshot; sidecars do not write it.</summary>
    HistoryState = 17,

    /// <summary>The run began again; sidecars do not write it.</summary>
    ContinueAsNew = 18,

    /// <summary>A caller suspended the instance.</summary>
    ExecutionSuspended = 19,

    /// <summary>A caller resumed the instance.</summary>
    ExecutionResumed = 20,

    /// <summary>The instance stalled.</summary>
    ExecutionStalled = 21,
}
