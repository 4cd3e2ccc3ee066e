namespace DeviceFleet.Workflows.Client;

/// <summary>How an instance is run again.</summary>
public sealed class RerunWorkflowFromEventOptions
{
    /// <summary>The new instance's id; null: the sidecar makes one.</summary>
    public string? NewInstanceId { get; set; }

    /// <summary>The new input of the activity or child that is run again; used only if <see cref="OverwriteInput"/>.</summary>
    public object? Input { get; set; }

    /// <summary>Whether <see cref="Input"/> replaces the input, also if it is null.</summary>
    public bool OverwriteInput { get; set; }
}
