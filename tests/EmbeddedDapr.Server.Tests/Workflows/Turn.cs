using Google.Protobuf.WellKnownTypes;
using TaskHub.Protocol;

namespace EmbeddedDapr.Server.Tests.Workflows;

/// <summary>One turn as a worker sees it, and the answers a test may give.</summary>
internal sealed class Turn(WorkflowRequest request)
{
    public WorkflowRequest Request { get; } = request;

    public string Id => Request.InstanceId;

    public IReadOnlyList<HistoryEvent> All { get; } = [.. request.PastEvents, .. request.NewEvents];

    public ExecutionStartedEvent Started => All.First(one => one.ExecutionStarted is not null).ExecutionStarted;

    public string Name => Started.Name;

    public string? Input => Started.Input;

    public DateTimeOffset Now => All.Last(one => one.WorkflowStarted is not null).Timestamp.ToDateTimeOffset();

    /// <summary>Kinds of the new events.</summary>
    public string New => string.Join(' ', Request.NewEvents.Select(one => one.EventTypeCase));

    public bool IsFirst => Request.PastEvents.Count == 0;

    public int Count(HistoryEvent.EventTypeOneofCase kind) => All.Count(one => one.EventTypeCase == kind);

    public bool Has(HistoryEvent.EventTypeOneofCase kind) => Count(kind) > 0;

    public IReadOnlyList<string> Raised => [.. All.Where(one => one.EventRaised is not null).Select(one => one.EventRaised.Input)];

    public WorkflowResponse Answer(params WorkflowAction[] actions)
    {
        var response = new WorkflowResponse { InstanceId = Id };
        response.Actions.Add(actions);
        return response;
    }

    public static WorkflowAction Task(int id, string name = "A", string? input = null) => new() { Id = id, ScheduleTask = new ScheduleTaskAction { Name = name, Input = input } };

    public static WorkflowAction Timer(int id, DateTimeOffset at) => new() { Id = id, CreateTimer = new CreateTimerAction { FireAt = at.ToTimestamp(), CreateTimer = new TimerOriginCreateTimer() } };

    public static WorkflowAction EventTimer(int id, DateTimeOffset at, string name) =>
        new() { Id = id, CreateTimer = new CreateTimerAction { FireAt = at.ToTimestamp(), ExternalEvent = new TimerOriginExternalEvent { Name = name } } };

    public static WorkflowAction Child(int id, string name, string instanceId = "", string? input = null) =>
        new() { Id = id, CreateChildWorkflow = new CreateChildWorkflowAction { Name = name, InstanceId = instanceId, Input = input } };

    public static WorkflowAction Done(int id, string? result = null, OrchestrationStatus status = OrchestrationStatus.Completed) =>
        new() { Id = id, CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = status, Result = result } };

    public static WorkflowAction Fail(int id, string message) => new()
    {
        Id = id,
        CompleteWorkflow = new CompleteWorkflowAction
        {
            WorkflowStatus = OrchestrationStatus.Failed,
            FailureDetails = new TaskFailureDetails { ErrorType = "Broken", ErrorMessage = message },
        },
    };

    public static WorkflowAction Again(int id, string? input, params HistoryEvent[] carried)
    {
        var action = new WorkflowAction { Id = id, CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.ContinuedAsNew, Result = input } };
        action.CompleteWorkflow.CarryoverEvents.Add(carried);
        return action;
    }
}
