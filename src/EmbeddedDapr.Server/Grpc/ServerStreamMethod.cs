using System.Collections.Frozen;
using EmbeddedDapr.Runtime;
using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>One rpc of <c>dapr.proto.runtime.v1.Dapr</c> that answers with a stream.</summary>
internal abstract class ServerStreamMethod(string name)
{
    public string Name { get; } = name;

    /// <summary>Every one of them.</summary>
    public static IReadOnlyList<ServerStreamMethod> All { get; } = [.. ConfigurationMethods.Streams];

    /// <summary>The same by name.</summary>
    public static FrozenDictionary<string, ServerStreamMethod> ByName { get; } = All.ToFrozenDictionary(method => method.Name, StringComparer.Ordinal);

    /// <summary>Runs until the handler is done or the caller has gone; what it answers is the refusal that ends the stream.</summary>
    /// <exception cref="InvalidProtocolBufferException">The request is no message.</exception>
    public abstract ValueTask<ApiError?> RunAsync(Sidecar sidecar, ReadOnlyMemory<byte> request, Func<IMessage, ValueTask> write, CancellationToken cancellationToken);

    /// <summary>Adds it to a gRPC server.</summary>
    public abstract void Bind(ServiceMethodProviderContext<DaprGrpcService> context);
}

internal sealed class ServerStreamMethod<TRequest, TResponse>(
    string name,
    MessageParser<TRequest> parser,
    Func<Sidecar, TRequest, Func<TResponse, ValueTask>, CancellationToken, ValueTask<ApiError?>> handler) : ServerStreamMethod(name)
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    /// <summary>Runs until the handler is done or the caller has gone; a refusal ends the stream with its status.</summary>
    public async Task RunAsync(Sidecar sidecar, TRequest request, IServerStreamWriter<TResponse> answers, ServerCallContext context)
    {
        var error = await handler(sidecar, request, answer => new ValueTask(answers.WriteAsync(answer, context.CancellationToken)), context.CancellationToken);
        if (error is not null)
        {
            throw error.ToRpcException();
        }
    }

    public override ValueTask<ApiError?> RunAsync(Sidecar sidecar, ReadOnlyMemory<byte> request, Func<IMessage, ValueTask> write, CancellationToken cancellationToken) =>
        handler(sidecar, parser.ParseFrom(request.Span), write, cancellationToken);

    public override void Bind(ServiceMethodProviderContext<DaprGrpcService> context)
    {
        var method = new Method<TRequest, TResponse>(
            MethodType.ServerStreaming, UnaryMethods.Service, Name, GrpcMarshallers.Both(parser), GrpcMarshallers.Answer<TResponse>());
        context.AddServerStreamingMethod(method, [], (service, request, answers, call) => service.RunAsync(call, sidecar => RunAsync(sidecar, request, answers, call)));
    }
}
