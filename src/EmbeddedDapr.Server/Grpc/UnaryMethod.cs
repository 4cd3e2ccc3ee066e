using EmbeddedDapr.Runtime;
using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>
/// One unary rpc of <c>dapr.proto.runtime.v1.Dapr</c>. The gRPC head and the in-process handler dispatch through the same table, so that neither can know a method that
/// the other lacks.
/// </summary>
internal abstract class UnaryMethod(string name)
{
    public string Name { get; } = name;

    public abstract ValueTask<ApiResult<IMessage>> InvokeAsync(Sidecar sidecar, IMessage request, CancellationToken cancellationToken);

    public abstract IMessage Parse(ReadOnlySpan<byte> request);

    /// <summary>Adds it to a gRPC server.</summary>
    public abstract void Bind(ServiceMethodProviderContext<DaprGrpcService> context);
}

internal class UnaryMethod<TRequest, TResponse>(
    string name,
    MessageParser<TRequest> parser,
    Func<Sidecar, TRequest, CancellationToken, ValueTask<ApiResult<TResponse>>> handler) : UnaryMethod(name)
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    public MessageParser<TRequest> Parser { get; } = parser;

    public override IMessage Parse(ReadOnlySpan<byte> request) => Parser.ParseFrom(request);

    public ValueTask<ApiResult<TResponse>> InvokeAsync(Sidecar sidecar, TRequest request, CancellationToken cancellationToken) =>
        handler(sidecar, request, cancellationToken);

    public override async ValueTask<ApiResult<IMessage>> InvokeAsync(Sidecar sidecar, IMessage request, CancellationToken cancellationToken)
    {
        var result = await handler(sidecar, (TRequest)request, cancellationToken);
        return result.Error is { } error ? error : ApiResult.Ok<IMessage>(result.Value);
    }

    public override void Bind(ServiceMethodProviderContext<DaprGrpcService> context)
    {
        var method = new Method<TRequest, TResponse>(MethodType.Unary, UnaryMethods.Service, Name, GrpcMarshallers.Both(Parser), GrpcMarshallers.Answer<TResponse>());
        context.AddUnaryMethod(method, [], (service, request, call) => service.InvokeAsync(this, request, call));
    }
}
