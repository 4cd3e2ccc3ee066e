using DeviceFleet.Workflows.Serialization;
using DeviceFleet.Workflows.Worker;
using Microsoft.Extensions.Logging;

namespace DeviceFleet.Workflows.Replay;

/// <summary>What is the same for all turns of a worker.</summary>
internal sealed record TurnSettings(
    WorkflowRegistry Registry,
    IWorkflowSerializer Serializer,
    ILoggerFactory Loggers,
    NonDeterminismPolicy OnNonDeterminism,
    ForeignAwaitPolicy OnForeignAwait,
    SendEventMode SendEvents);
