using EmbeddedDapr.PubSub;
using EmbeddedDapr.Runtime;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using AppProto = global::Dapr.AppCallback.Autogen.Grpc.v1;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>
/// The rpc of streaming subscriptions (contract section 4.10). (1) The first request says what is wanted; (2) it is answered before the first event; (3) every further
/// request answers an event, until the client ends the stream or the sidecar stops.
/// </summary>
internal static class SubscribeTopicEvents
{
    private const string Name = "SubscribeTopicEventsAlpha1";

    /// <summary>Adds it to a gRPC server.</summary>
    public static void Bind(ServiceMethodProviderContext<DaprGrpcService> context)
    {
        var method = new Method<Proto.SubscribeTopicEventsRequestAlpha1, Proto.SubscribeTopicEventsResponseAlpha1>(
            MethodType.DuplexStreaming,
            UnaryMethods.Service,
            Name,
            GrpcMarshallers.Both(Proto.SubscribeTopicEventsRequestAlpha1.Parser),
            GrpcMarshallers.Answer<Proto.SubscribeTopicEventsResponseAlpha1>());
        context.AddDuplexStreamingMethod(
            method, [], static (service, requests, responses, call) => service.RunAsync(call, sidecar => RunAsync(sidecar, requests, responses, call)));
    }

    private static async Task RunAsync(
        Sidecar sidecar,
        IAsyncStreamReader<Proto.SubscribeTopicEventsRequestAlpha1> requests,
        IServerStreamWriter<Proto.SubscribeTopicEventsResponseAlpha1> responses,
        ServerCallContext call)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, sidecar.Stopping);
        try
        {
            var wanted = (await NextAsync(requests, both.Token)).InitialRequest ?? throw Unknown("initial request is required");

            // One message is written at a time, and none before the answer to the first request.
            using var writing = new SemaphoreSlim(0, 1);
            var opened = await sidecar.Streams.OpenAsync(
                wanted.PubsubName,
                wanted.Topic,
                wanted.Metadata.AsReadOnly(),
                wanted.HasDeadLetterTopic ? wanted.DeadLetterTopic : null,
                (streamed, cancellationToken) => SendAsync(streamed, responses, writing, cancellationToken),
                both.Token);
            if (opened.Error is { } error)
            {
                throw error.ToRpcException();
            }

            await using var subscription = opened.Value;
            await responses.WriteAsync(new() { InitialResponse = new() }, both.Token);
            writing.Release();
            while (true)
            {
                var request = await NextAsync(requests, both.Token);
                if (request.InitialRequest is not null)
                {
                    throw Unknown("duplicate initial request received");
                }

                if (request.EventProcessed is { } processed)
                {
                    subscription.Answer(processed.Id, AnswerOf(processed));
                }
            }
        }
        catch (OperationCanceledException) when (sidecar.Stopping.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the sidecar is stopping"));
        }
    }

    /// <summary>A client that says that nothing more follows ends the stream (recorded: grpc-pubsub-stream-half-close).</summary>
    private static async ValueTask<Proto.SubscribeTopicEventsRequestAlpha1> NextAsync(
        IAsyncStreamReader<Proto.SubscribeTopicEventsRequestAlpha1> requests,
        CancellationToken cancellationToken) => await requests.MoveNext(cancellationToken) ? requests.Current : throw Unknown("EOF");

    private static async ValueTask<bool> SendAsync(
        StreamedEvent streamed,
        IServerStreamWriter<Proto.SubscribeTopicEventsResponseAlpha1> responses,
        SemaphoreSlim writing,
        CancellationToken cancellationToken)
    {
        if (TopicEvents.From(streamed.Envelope, streamed.PubSubName, streamed.Topic, "/") is not { } message)
        {
            return false;
        }

        await writing.WaitAsync(cancellationToken);
        try
        {
            await responses.WriteAsync(new() { EventMessage = message }, cancellationToken);
            return true;
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Without a status it is the first one, success; one without a name is as retry (recorded: grpc-pubsub-stream-unknown-status).</summary>
    private static StreamAnswer AnswerOf(Proto.SubscribeTopicEventsRequestProcessedAlpha1 processed) => processed.Status?.Status switch
    {
        null or AppProto.TopicEventResponse.Types.TopicEventResponseStatus.Success => StreamAnswer.Success,
        AppProto.TopicEventResponse.Types.TopicEventResponseStatus.Drop => StreamAnswer.Drop,
        _ => StreamAnswer.Retry,
    };

    private static RpcException Unknown(string why) => new(new Status(StatusCode.Unknown, why));
}
