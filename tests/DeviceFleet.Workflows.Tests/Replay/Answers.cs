using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Tests.Replay;

/// <summary>Answers in a form that a test can compare at a glance: <c>0:Step "a"</c>, <c>1:timer</c>, <c>COMPLETED 3</c>.</summary>
internal static class Answers
{
    public static string[] Said(this WorkflowResponse response) => [.. response.Actions.Select(Say)];

    public static CompleteWorkflowAction End(this WorkflowResponse response) => Assert.Single(response.Actions, action => action.CompleteWorkflow is not null).CompleteWorkflow;

    private static string Say(WorkflowAction action) => action switch
    {
        { ScheduleTask: { } task } => $"{action.Id}:{task.Name} {task.Input}".TrimEnd(),
        { CreateChildWorkflow: { } child } => $"{action.Id}:child {child.Name} {child.Input}".TrimEnd(),
        { CreateTimer: { } timer } => $"{action.Id}:timer {timer.OriginCase}",
        { SendEvent: { } sent } => $"{action.Id}:send {sent.Name} to {sent.Instance.InstanceId}",
        { CompleteWorkflow: { } end } => $"{end.WorkflowStatus} {end.Result ?? end.FailureDetails?.ErrorType}".TrimEnd(),
        _ => action.WorkflowActionTypeCase.ToString(),
    };
}
