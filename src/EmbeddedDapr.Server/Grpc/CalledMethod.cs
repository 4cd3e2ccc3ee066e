using EmbeddedDapr.Runtime;
using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>A unary rpc whose outcome depends on the metadata of the call. Callers in this process have none: for them the request is null.</summary>
internal sealed class CalledMethod<TRequest, TResponse>(
    string name,
    MessageParser<TRequest> parser,
    Func<Sidecar, TRequest, HttpContext?, CancellationToken, ValueTask<ApiResult<TResponse>>> handler)
    : UnaryMethod<TRequest, TResponse>(name, parser, (sidecar, request, cancellationToken) => handler(sidecar, request, null, cancellationToken))
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    public override void Bind(ServiceMethodProviderContext<DaprGrpcService> context)
    {
        var method = new Method<TRequest, TResponse>(MethodType.Unary, UnaryMethods.Service, Name, GrpcMarshallers.Both(Parser), GrpcMarshallers.Answer<TResponse>());
        context.AddUnaryMethod(method, [], (service, request, call) => service.CallAsync(call, sidecar => AnswerAsync(sidecar, request, call)));
    }

    private async Task<TResponse> AnswerAsync(Sidecar sidecar, TRequest request, ServerCallContext call)
    {
        var result = await handler(sidecar, request, call.GetHttpContext(), call.CancellationToken);
        return result.Error is { } error ? throw error.ToRpcException() : result.Value;
    }
}
