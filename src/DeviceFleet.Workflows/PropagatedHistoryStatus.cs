namespace DeviceFleet.Workflows;

/// <summary>Where a call stood when its history was handed over.</summary>
public enum PropagatedHistoryStatus
{
    /// <summary>No result yet.</summary>
    Pending = 0,

    /// <summary>It has returned.</summary>
    Completed = 1,

    /// <summary>It has failed.</summary>
    Failed = 2,
}
