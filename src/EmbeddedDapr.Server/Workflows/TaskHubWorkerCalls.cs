using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Grpc;
using EmbeddedDapr.Workflows;
using EmbeddedDapr.Workflows.Dispatch;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using TaskHub.Protocol;

namespace EmbeddedDapr.Server.Workflows;

/// <summary>What workers call: a stream of items, and an answer to each.</summary>
internal static class TaskHubWorkerCalls
{
    private static readonly Marshaller<WorkItemFrame> Frames = Marshallers.Create<WorkItemFrame>(
        static (frame, context) =>
        {
            context.SetPayloadLength(frame.Size);
            frame.WriteTo(context.GetBufferWriter());
            context.Complete();
        },
        static _ => throw new InvalidOperationException("A server reads no answers."));

    public static void BindStream(ServiceMethodProviderContext<DaprGrpcService> context)
    {
        var method = new Method<GetWorkItemsRequest, WorkItemFrame>(
            MethodType.ServerStreaming, TaskHubMethods.Service, "GetWorkItems", GrpcMarshallers.Both(GetWorkItemsRequest.Parser), Frames);
        context.AddServerStreamingMethod(method, [], static (service, _, items, call) => service.RunAsync(call, sidecar => StreamAsync(sidecar, items, call)));
    }

    public static async Task<CompleteTaskResponse> CompleteActivityAsync(WorkflowEngine engine, ActivityResponse response, CancellationToken cancellationToken)
    {
        await engine.CompleteActivityAsync(response);
        return new CompleteTaskResponse();
    }

    public static Task<CompleteTaskResponse> CompleteTurnAsync(WorkflowEngine engine, WorkflowResponse response, CancellationToken cancellationToken)
    {
        engine.CompleteTurn(response);
        return Task.FromResult(new CompleteTaskResponse());
    }

    private static async Task StreamAsync(Sidecar sidecar, IServerStreamWriter<WorkItemFrame> items, ServerCallContext call)
    {
        var engine = await TaskHubMethods.EngineAsync(sidecar);

        // Workers take the headers for the sign that they are connected.
        await call.WriteResponseHeadersAsync([]);
        var stream = engine.Connect();
        try
        {
            // When the engine stops, the items end, and with them the stream, in order: some SDKs never come back after an error (contract 1.3).
            await foreach (var frame in stream.Items.ReadAllAsync(call.CancellationToken))
            {
                await items.WriteAsync(frame, call.CancellationToken).WaitAsync(engine.Options.SendTimeout, engine.Time, call.CancellationToken);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The worker has gone; what it had is handed out again.
        }
        catch (TimeoutException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the worker does not read its items"));
        }
        finally
        {
            engine.Disconnect(stream);
        }
    }
}
