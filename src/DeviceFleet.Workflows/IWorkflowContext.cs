namespace DeviceFleet.Workflows;

/// <summary>Clock and history of a workflow instance.</summary>
public interface IWorkflowContext
{
    /// <summary>The time the current turn began (UTC). It stands still between two turns.</summary>
    DateTime CurrentUtcDateTime { get; }

    /// <summary>Whether the code runs over what has happened already.</summary>
    bool IsReplaying { get; }

    /// <summary>
    /// Whether the instance follows changed code. New instances do; instances that passed this point before the change do not. The answer stays the same
    /// for one instance, so a change guarded by it keeps running instances deterministic.
    /// </summary>
    /// <param name="patchName">The change's name, unique in the workflow and never used again.</param>
    bool IsPatched(string patchName);
}
