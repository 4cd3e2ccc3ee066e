namespace DeviceFleet.Workflows.Replay;

/// <summary>What continue-as-new asks for.</summary>
/// <param name="Input">Serialized.</param>
/// <param name="KeepsEvents">Whether unread events go over.</param>
internal sealed record NextRun(string Input, bool KeepsEvents);
