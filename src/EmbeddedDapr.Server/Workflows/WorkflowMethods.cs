using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Grpc;
using Google.Protobuf.WellKnownTypes;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Workflows;

/// <summary>The workflow rpcs of the Dapr service (workflow contract, section 2.7): a beta and an alpha generation that do the same.</summary>
internal static class WorkflowMethods
{
    internal static IReadOnlyList<UnaryMethod> Table { get; } = [.. new[] { "Beta1", "Alpha1" }.SelectMany(Generation)];

    private static IEnumerable<UnaryMethod> Generation(string suffix) =>
    [
        new UnaryMethod<Proto.StartWorkflowRequest, Proto.StartWorkflowResponse>("StartWorkflow" + suffix, Proto.StartWorkflowRequest.Parser, StartAsync),
        new UnaryMethod<Proto.GetWorkflowRequest, Proto.GetWorkflowResponse>("GetWorkflow" + suffix, Proto.GetWorkflowRequest.Parser, GetAsync),
        new UnaryMethod<Proto.PauseWorkflowRequest, Empty>(
            "PauseWorkflow" + suffix, Proto.PauseWorkflowRequest.Parser, static (sidecar, request, _) => EmptyAsync(sidecar.WorkflowManagement.PauseAsync(request.InstanceId))),
        new UnaryMethod<Proto.ResumeWorkflowRequest, Empty>(
            "ResumeWorkflow" + suffix, Proto.ResumeWorkflowRequest.Parser, static (sidecar, request, _) => EmptyAsync(sidecar.WorkflowManagement.ResumeAsync(request.InstanceId))),
        new UnaryMethod<Proto.TerminateWorkflowRequest, Empty>(
            "TerminateWorkflow" + suffix, Proto.TerminateWorkflowRequest.Parser, static (sidecar, request, _) => EmptyAsync(sidecar.WorkflowManagement.TerminateAsync(request.InstanceId))),
        new UnaryMethod<Proto.PurgeWorkflowRequest, Empty>(
            "PurgeWorkflow" + suffix, Proto.PurgeWorkflowRequest.Parser, static (sidecar, request, _) => EmptyAsync(sidecar.WorkflowManagement.PurgeAsync(request.InstanceId))),
        new UnaryMethod<Proto.RaiseEventWorkflowRequest, Empty>(
            "RaiseEventWorkflow" + suffix,
            Proto.RaiseEventWorkflowRequest.Parser,
            static (sidecar, request, _) => EmptyAsync(sidecar.WorkflowManagement.RaiseAsync(request.InstanceId, request.EventName, request.EventData.Memory))),
    ];

    private static async ValueTask<ApiResult<Proto.StartWorkflowResponse>> StartAsync(Sidecar sidecar, Proto.StartWorkflowRequest request, CancellationToken cancellationToken)
    {
        var result = await sidecar.WorkflowManagement.StartAsync(request.InstanceId, request.WorkflowName, request.Input.Memory, request.Options, trace: null, cancellationToken);
        return result.Error is { } error ? error : new Proto.StartWorkflowResponse { InstanceId = result.Value };
    }

    private static async ValueTask<ApiResult<Proto.GetWorkflowResponse>> GetAsync(Sidecar sidecar, Proto.GetWorkflowRequest request, CancellationToken cancellationToken)
    {
        var result = await sidecar.WorkflowManagement.GetAsync(request.InstanceId, cancellationToken);
        if (result.Error is { } error)
        {
            return error;
        }

        var response = new Proto.GetWorkflowResponse { InstanceId = request.InstanceId };
        if (result.Value is not { } found)
        {
            return response; // unknown: only its id (recorded: dapr-grpc)
        }

        response.WorkflowName = found.Row.Name;
        response.CreatedAt = found.Row.CreatedAt.ToTimestamp();
        response.LastUpdatedAt = found.Row.UpdatedAt.ToTimestamp();
        response.RuntimeStatus = WorkflowJson.Status(found.Row.Status);
        foreach (var (name, value) in WorkflowJson.Properties(found))
        {
            response.Properties[name] = value;
        }

        return response;
    }

    private static async ValueTask<ApiResult<Empty>> EmptyAsync(Task<ApiError?> call) => await call is { } error ? error : new Empty();
}
