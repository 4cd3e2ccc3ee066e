namespace DeviceFleet.Workflows.Replay;

/// <summary>What history and user code have made of a run so far. Lives for one turn.</summary>
internal sealed class RunState
{
    public TurnThread Thread { get; } = new();

    public OperationLedger Operations { get; } = new();

    public EventMailbox Events { get; } = new();

    public PatchLedger Patches { get; } = new();

    public DateTime Now { get; set; } = DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc);

    public bool IsReplaying { get; set; } = true;

    /// <summary>Serialized; empty if there is none.</summary>
    public string CustomStatus { get; set; } = string.Empty;

    /// <summary>Null unless the code has asked to begin again.</summary>
    public NextRun? NextRun { get; set; }
}
