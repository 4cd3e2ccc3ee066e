namespace DeviceFleet.Workflows.Replay;

/// <summary>What an operation waits for. A result of another kind with the same number is not its own: numbers begin again after continue-as-new.</summary>
internal enum OperationKind
{
    Task,
    Child,
    Timer,
}
