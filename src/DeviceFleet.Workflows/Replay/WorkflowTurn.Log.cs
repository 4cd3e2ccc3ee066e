using Microsoft.Extensions.Logging;

namespace DeviceFleet.Workflows.Replay;

internal sealed partial class WorkflowTurn
{
    private static partial class Log
    {
        [LoggerMessage(1700, LogLevel.Error, "Workflow instance {Instance} does not follow its history. {Violation}")]
        public static partial void NonDeterministic(ILogger logger, string instance, string violation);

        [LoggerMessage(1701, LogLevel.Warning, "Workflow instance {Instance} needs version {Version}, which this worker has not")]
        public static partial void VersionMissing(ILogger logger, string instance, string? version);

        [LoggerMessage(1702, LogLevel.Error, "Workflow instance {Instance} is not deterministic. {Reason}")]
        public static partial void ForeignAwait(ILogger logger, string instance, string reason);

        [LoggerMessage(1703, LogLevel.Warning, "Workflow instance {Instance} begins again; what it asked for in the same turn is not done")]
        public static partial void DroppedByContinueAsNew(ILogger logger, string instance);
    }
}
