using EmbeddedDapr.Runtime;

namespace EmbeddedDapr;

/// <content>Rows of the jobs API (contract section 7.4). Their code is their reason, and details name app and namespace (recorded: grpc-job-bad).</content>
public static partial class ApiErrors
{
    internal static ApiError JobMissing(SidecarOptions options) => Job("DAPR_SCHEDULER_EMPTY", "Job is empty", 400, GrpcCode.InvalidArgument, options);

    internal static ApiError JobNameEmpty(SidecarOptions options) => Job("DAPR_SCHEDULER_JOB_NAME_EMPTY", "Name is empty", 400, GrpcCode.InvalidArgument, options);

    internal static ApiError JobNameDiffers(SidecarOptions options) =>
        Job("DAPR_SCHEDULER_JOB_NAME", "Set the job name in the url only", 400, GrpcCode.InvalidArgument, options);

    internal static ApiError JobScheduleEmpty(SidecarOptions options) => Job("DAPR_SCHEDULER_SCHEDULE_EMPTY", "Schedule is empty", 400, GrpcCode.InvalidArgument, options);

    internal static ApiError JobSchedule(string why, SidecarOptions options) =>
        Job("DAPR_SCHEDULER_SCHEDULE_JOB", $"failed to schedule job due to: rpc error: code = Unknown desc = {why}", 500, GrpcCode.Internal, options);

    internal static ApiError JobExists(string name, SidecarOptions options) => Job(
        "DAPR_SCHEDULER_SCHEDULE_JOB",
        $"failed to schedule job due to: rpc error: code = AlreadyExists desc = job already exists: 'app||{options.Namespace}||{options.AppId}||{name}'",
        409,
        GrpcCode.AlreadyExists,
        options);

    internal static ApiError JobNotFound(string name, SidecarOptions options) => JobGet($"rpc error: code = NotFound desc = job not found: {name}", options);

    internal static ApiError JobGet(string why, SidecarOptions options) => Job("DAPR_SCHEDULER_GET_JOB", $"failed to get job due to: {why}", 500, GrpcCode.Internal, options);

    internal static ApiError JobList(string why, SidecarOptions options) => Job("DAPR_SCHEDULER_LIST_JOBS", $"failed to list jobs due to: {why}", 500, GrpcCode.Internal, options);

    internal static ApiError JobDelete(string why, SidecarOptions options) =>
        Job("DAPR_SCHEDULER_DELETE_JOB", $"failed to delete job due to: {why}", 500, GrpcCode.Internal, options);

    private static ApiError Job(string reason, string text, int httpStatus, GrpcCode grpc, SidecarOptions options) => new(
        reason,
        text,
        httpStatus,
        grpc,
        new ApiErrorDetails(reason, new Dictionary<string, string> { ["appID"] = options.AppId, ["namespace"] = options.Namespace }));
}
