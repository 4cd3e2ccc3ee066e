using TaskHub.Protocol;
using ActionCase = TaskHub.Protocol.WorkflowAction.WorkflowActionTypeOneofCase;

namespace DeviceFleet.Workflows.Replay;

/// <summary>Operations as people read them in an error.</summary>
internal static class Words
{
    public static string Of(WorkflowAction action) => action.WorkflowActionTypeCase switch
    {
        ActionCase.ScheduleTask => Activity(action.ScheduleTask.Name),
        ActionCase.CreateChildWorkflow => Child(action.CreateChildWorkflow.Name, action.CreateChildWorkflow.InstanceId),
        ActionCase.CreateTimer => action.CreateTimer.OriginCase == CreateTimerAction.OriginOneofCase.ExternalEvent
            ? $"a wait for event '{action.CreateTimer.ExternalEvent.Name}'"
            : Timer,
        ActionCase.SendEvent => Event(action.SendEvent.Instance?.InstanceId, action.SendEvent.Name),
        ActionCase.CompleteWorkflow => "its end",
        _ => action.WorkflowActionTypeCase.ToString(),
    };

    public const string Timer = "a timer";

    public static string Activity(string name) => $"activity '{name}'";

    public static string Child(string name, string instanceId) => $"child workflow '{name}' ({instanceId})";

    public static string Event(string? instanceId, string name) => $"event '{name}' to instance '{instanceId}'";
}
