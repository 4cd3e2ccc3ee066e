namespace DeviceFleet.Workflows;

/// <summary>How a workflow's events reach other instances.</summary>
public enum SendEventMode
{
    /// <summary>By a hidden activity of this library that calls the sidecar. Works everywhere; an event may arrive twice after a crash.</summary>
    Activity,

    /// <summary>By the sidecar's engine. daprd (1.18 and 1.19) cannot, and the instance hangs there; EmbeddedDapr can.</summary>
    Native,
}
