namespace DeviceFleet.Workflows;

/// <summary>Where an instance stands. The numbers are the protocol's.</summary>
public enum WorkflowRuntimeStatus
{
    /// <summary>There is no such instance, or the sidecar gave a status that is not known here.</summary>
    Unknown = -1,

    /// <summary>Started, not ended.</summary>
    Running = 0,

    /// <summary>Returned.</summary>
    Completed = 1,

    /// <summary>Between two generations; sidecars do not report it.</summary>
    ContinuedAsNew = 2,

    /// <summary>Threw.</summary>
    Failed = 3,

    /// <summary>Cancelled; sidecars do not report it.</summary>
    Canceled = 4,

    /// <summary>Ended by a caller, without running any more of its code.</summary>
    Terminated = 5,

    /// <summary>Not yet started.</summary>
    Pending = 6,

    /// <summary>Held by a caller until it is resumed.</summary>
    Suspended = 7,

    /// <summary>No connected worker has the code this instance needs, or its history has become too large.</summary>
    Stalled = 8,
}
