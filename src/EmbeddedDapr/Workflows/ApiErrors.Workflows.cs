namespace EmbeddedDapr;

/// <content>Rows of the workflow API (workflow contract, section 5.3).</content>
public static partial class ApiErrors
{
    internal static ApiError WorkflowNotFound(string instanceId) =>
        new("ERR_INSTANCE_ID_NOT_FOUND", $"unable to find workflow with the provided instance ID: {instanceId}", 404, GrpcCode.NotFound);

    internal static ApiError WorkflowIdMissing() => new("ERR_INSTANCE_ID_PROVIDED_MISSING", "no instance ID was provided", 400, GrpcCode.InvalidArgument);

    internal static ApiError WorkflowIdInvalid(string instanceId) =>
        new("ERR_INSTANCE_ID_INVALID", $"workflow instance ID '{instanceId}' is invalid: only alphanumeric and underscore characters are allowed", 400, GrpcCode.InvalidArgument);

    internal static ApiError WorkflowIdTooLong(int charactersMax) =>
        new("ERR_INSTANCE_ID_TOO_LONG", $"workflow instance ID exceeds the max length of {charactersMax} characters", 400, GrpcCode.InvalidArgument);

    internal static ApiError WorkflowNameMissing() => new("ERR_WORKFLOW_NAME_MISSING", "workflow name is not configured", 400, GrpcCode.InvalidArgument);

    internal static ApiError WorkflowEventNameMissing() => new("ERR_WORKFLOW_EVENT_NAME_MISSING", "missing workflow event name", 400, GrpcCode.InvalidArgument);

    internal static ApiError WorkflowStart(string name, string why) => new("ERR_START_WORKFLOW", $"error starting workflow '{name}': {why}", 500, GrpcCode.Internal);

    internal static ApiError WorkflowGet(string instanceId, string why) => new("ERR_GET_WORKFLOW", $"error getting workflow info on instance '{instanceId}': {why}", 500, GrpcCode.Internal);

    internal static ApiError WorkflowPause(string instanceId, string why) =>
        new("ERR_PAUSE_WORKFLOW", $"error pausing workflow {instanceId}: failed to pause workflow {instanceId}: failed to suspend workflow: {why}", 500, GrpcCode.Internal);

    internal static ApiError WorkflowResume(string instanceId, string why) =>
        new("ERR_RESUME_WORKFLOW", $"error resuming workflow {instanceId}: failed to resume workflow {instanceId}: failed to resume workflow: {why}", 500, GrpcCode.Internal);

    internal static ApiError WorkflowTerminate(string instanceId, string why) =>
        new("ERR_TERMINATE_WORKFLOW", $"error terminating workflow '{instanceId}': failed to terminate workflow {instanceId}: {why}", 500, GrpcCode.Internal);

    internal static ApiError WorkflowPurge(string instanceId, string why) =>
        new("ERR_PURGE_WORKFLOW", $"error purging workflow {instanceId}: failed to Purge workflow {instanceId}: failed to purge workflow state: {why}", 500, GrpcCode.Internal);

    internal static ApiError WorkflowRaise(string instanceId, string eventName, string why) => new(
        "ERR_RAISE_EVENT_WORKFLOW",
        $"error raising event on workflow '{instanceId}': failed to raise event {eventName} on workflow {instanceId}: failed to raise event: {why}",
        500,
        GrpcCode.Internal);

    internal static ApiError WorkflowBodyTooLarge(string why) => new("ERR_BODY_READ", $"failed to read request body: {why}", 400, GrpcCode.ResourceExhausted);
}
