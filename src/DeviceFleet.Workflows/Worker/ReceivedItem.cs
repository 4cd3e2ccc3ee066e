using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Worker;

/// <summary>A work item and the connection it came by, which is the only one its answer may go by.</summary>
internal readonly record struct ReceivedItem(WorkItem Item, WorkerSession Session);
