namespace DeviceFleet.Workflows.Client;

/// <summary>An event of an instance's history, without its payload.</summary>
/// <param name="EventId">The number of the action that caused it; -1 for events no action caused.</param>
/// <param name="EventType">What happened.</param>
/// <param name="Timestamp">When (UTC).</param>
public sealed record WorkflowHistoryEvent(int EventId, WorkflowHistoryEventType EventType, DateTime Timestamp);
