using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using AppProto = global::Dapr.AppCallback.Autogen.Grpc.v1;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Apps;

/// <summary>Methods of gRPC apps; packages have only stubs for their servers.</summary>
internal static class AppCallbackMethods
{
    private const string Callback = "dapr.proto.runtime.v1.AppCallback";
    private const string Alpha = "dapr.proto.runtime.v1.AppCallbackAlpha";
    private const string Health = "dapr.proto.runtime.v1.AppCallbackHealthCheck";

    public static Method<Proto.InvokeRequest, Proto.InvokeResponse> OnInvoke { get; } = Method(Callback, "OnInvoke", Proto.InvokeRequest.Parser, Proto.InvokeResponse.Parser);

    public static Method<Empty, AppProto.ListTopicSubscriptionsResponse> ListTopicSubscriptions { get; } =
        Method(Callback, "ListTopicSubscriptions", Empty.Parser, AppProto.ListTopicSubscriptionsResponse.Parser);

    public static Method<AppProto.TopicEventRequest, AppProto.TopicEventResponse> OnTopicEvent { get; } =
        Method(Callback, "OnTopicEvent", AppProto.TopicEventRequest.Parser, AppProto.TopicEventResponse.Parser);

    public static Method<AppProto.TopicEventBulkRequest, AppProto.TopicEventBulkResponse> OnBulkTopicEvent { get; } =
        Method(Callback, "OnBulkTopicEvent", AppProto.TopicEventBulkRequest.Parser, AppProto.TopicEventBulkResponse.Parser);

    public static Method<AppProto.TopicEventBulkRequest, AppProto.TopicEventBulkResponse> OnBulkTopicEventAlpha1 { get; } =
        Method(Alpha, "OnBulkTopicEventAlpha1", AppProto.TopicEventBulkRequest.Parser, AppProto.TopicEventBulkResponse.Parser);

    public static Method<Empty, AppProto.ListInputBindingsResponse> ListInputBindings { get; } =
        Method(Callback, "ListInputBindings", Empty.Parser, AppProto.ListInputBindingsResponse.Parser);

    public static Method<AppProto.BindingEventRequest, AppProto.BindingEventResponse> OnBindingEvent { get; } =
        Method(Callback, "OnBindingEvent", AppProto.BindingEventRequest.Parser, AppProto.BindingEventResponse.Parser);

    public static Method<AppProto.JobEventRequest, AppProto.JobEventResponse> OnJobEvent { get; } =
        Method(Alpha, "OnJobEventAlpha1", AppProto.JobEventRequest.Parser, AppProto.JobEventResponse.Parser);

    public static Method<Empty, AppProto.HealthCheckResponse> HealthCheck { get; } = Method(Health, "HealthCheck", Empty.Parser, AppProto.HealthCheckResponse.Parser);

    private static Method<TRequest, TResponse> Method<TRequest, TResponse>(string service, string name, MessageParser<TRequest> request, MessageParser<TResponse> response)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        new(MethodType.Unary, service, name, Marshaller(request), Marshaller(response));

    private static Marshaller<T> Marshaller<T>(MessageParser<T> parser)
        where T : class, IMessage<T> => Marshallers.Create<T>(
            static (message, context) =>
            {
                context.SetPayloadLength(message.CalculateSize());
                message.WriteTo(context.GetBufferWriter());
                context.Complete();
            },
            context => parser.ParseFrom(context.PayloadAsReadOnlySequence()));
}
