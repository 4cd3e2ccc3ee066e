namespace DeviceFleet.Workflows;

/// <summary>How much of its history a workflow hands to what it calls. The numbers are the protocol's.</summary>
public enum HistoryPropagationScope
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The caller's own history.</summary>
    OwnHistory = 1,

    /// <summary>The caller's own history, and what was handed to the caller.</summary>
    Lineage = 2,
}
