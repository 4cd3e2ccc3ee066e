using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Grpc;
using EmbeddedDapr.Workflows;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using TaskHub.Protocol;

namespace EmbeddedDapr.Server.Workflows;

/// <summary>The service that workflow workers and clients call (workflow contract, section 2.1). Rpcs of older versions that are not here are Unimplemented.</summary>
internal static class TaskHubMethods
{
    public const string Service = "TaskHubSidecarService";

    public static void Bind(ServiceMethodProviderContext<DaprGrpcService> context)
    {
        Add(context, "Hello", Empty.Parser, static (_, _, _) => Task.FromResult(new Empty()));
        Add(context, "StartInstance", CreateInstanceRequest.Parser, TaskHubClientCalls.StartAsync);
        Add(context, "GetInstance", GetInstanceRequest.Parser, TaskHubClientCalls.GetAsync);
        Add(context, "WaitForInstanceStart", GetInstanceRequest.Parser, TaskHubClientCalls.WaitForStartAsync);
        Add(context, "WaitForInstanceCompletion", GetInstanceRequest.Parser, TaskHubClientCalls.WaitForCompletionAsync);
        Add(context, "RaiseEvent", RaiseEventRequest.Parser, TaskHubClientCalls.RaiseAsync);
        Add(context, "TerminateInstance", TerminateRequest.Parser, TaskHubClientCalls.TerminateAsync);
        Add(context, "SuspendInstance", SuspendRequest.Parser, TaskHubClientCalls.SuspendAsync);
        Add(context, "ResumeInstance", ResumeRequest.Parser, TaskHubClientCalls.ResumeAsync);
        Add(context, "PurgeInstances", PurgeInstancesRequest.Parser, TaskHubClientCalls.PurgeAsync);
        Add(context, "RerunWorkflowFromEvent", RerunWorkflowFromEventRequest.Parser, TaskHubClientCalls.RerunAsync);
        Add(context, "ListInstanceIDs", ListInstanceIDsRequest.Parser, TaskHubClientCalls.ListAsync);
        Add(context, "GetInstanceHistory", GetInstanceHistoryRequest.Parser, TaskHubClientCalls.HistoryAsync);
        Add(context, "CompleteActivityTask", ActivityResponse.Parser, TaskHubWorkerCalls.CompleteActivityAsync);
        Add(context, "CompleteOrchestratorTask", WorkflowResponse.Parser, TaskHubWorkerCalls.CompleteTurnAsync);
        Add(context, "CompleteWorkflowTask", WorkflowResponse.Parser, TaskHubWorkerCalls.CompleteTurnAsync);
        TaskHubWorkerCalls.BindStream(context);
    }

    private static void Add<TRequest, TResponse>(
        ServiceMethodProviderContext<DaprGrpcService> context,
        string name,
        MessageParser<TRequest> parser,
        Func<WorkflowEngine, TRequest, CancellationToken, Task<TResponse>> call)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var method = new Method<TRequest, TResponse>(MethodType.Unary, Service, name, GrpcMarshallers.Both(parser), GrpcMarshallers.Answer<TResponse>());
        context.AddUnaryMethod(method, [], (service, request, caller) => service.CallAsync(caller, sidecar => CallAsync(sidecar, request, call, caller.CancellationToken)));
    }

    private static async Task<TResponse> CallAsync<TRequest, TResponse>(
        Sidecar sidecar, TRequest request, Func<WorkflowEngine, TRequest, CancellationToken, Task<TResponse>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call(await EngineAsync(sidecar), request, cancellationToken);
        }
        catch (OperationCanceledException) when (sidecar.Stopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the sidecar is stopping"));
        }
    }

    internal static async Task<WorkflowEngine> EngineAsync(Sidecar sidecar) => await sidecar.Workflows.EngineAsync()
        ?? throw (sidecar.Stopping.IsCancellationRequested
            ? new RpcException(new Status(StatusCode.Unavailable, "the sidecar is stopping"))
            : ApiErrors.ActorRuntimeNotFound().ToRpcException());
}
