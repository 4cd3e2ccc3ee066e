using System.Security.Cryptography;
using System.Text;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Workflows;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>The gRPC service object: no state but the sidecar. Its methods come from <see cref="UnaryMethods"/>, not from generated code, since no package has server stubs.</summary>
internal sealed class DaprGrpcService(Sidecar sidecar)
{
    private const string TokenHeader = "dapr-api-token";

    /// <summary>Answers a call that reads or writes metadata.</summary>
    public Task<T> CallAsync<T>(ServerCallContext context, Func<Sidecar, Task<T>> call)
    {
        Authorize(context);
        return call(sidecar);
    }

    /// <summary>Calls a method of the table for a caller on the network.</summary>
    public async Task<TResponse> InvokeAsync<TRequest, TResponse>(UnaryMethod<TRequest, TResponse> method, TRequest request, ServerCallContext context)
        where TRequest : class, global::Google.Protobuf.IMessage<TRequest>
        where TResponse : class, global::Google.Protobuf.IMessage<TResponse>
    {
        Authorize(context);
        var result = await method.InvokeAsync(sidecar, request, context.CancellationToken);
        if (result.Error is not { } error)
        {
            return result.Value;
        }

        sidecar.Metrics?.Refused(error);
        throw error.ToRpcException();
    }

    /// <summary>Runs a streaming call for a caller on the network.</summary>
    public Task RunAsync(ServerCallContext context, Func<Sidecar, Task> call)
    {
        Authorize(context);
        return call(sidecar);
    }

    private void Authorize(ServerCallContext context)
    {
        if (sidecar.Options.ApiToken is { } token && !CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(token),
            Encoding.UTF8.GetBytes(context.RequestHeaders.GetValue(TokenHeader) ?? string.Empty)))
        {
            throw new RpcException(new Status(StatusCode.Unauthenticated, "authentication error: api token mismatch"));
        }
    }
}

/// <summary>Puts the Dapr service on a gRPC server (contract section 11).</summary>
internal static class GrpcHead
{
    public static void AddGrpcHead(this IServiceCollection services, Sidecar sidecar)
    {
        services.AddGrpc(options =>
        {
            var bytesMax = sidecar.Options.BodyBytesMax is > 0 and <= int.MaxValue and var limit ? (int?)limit : null;
            options.MaxReceiveMessageSize = bytesMax;
            options.MaxSendMessageSize = bytesMax;

            // Calls of methods that are not here go on to GrpcFallback.
            options.IgnoreUnknownServices = true;
        });
        services.AddSingleton(new DaprGrpcService(sidecar));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<DaprGrpcService>, MethodProvider>());
    }

    private sealed class MethodProvider : IServiceMethodProvider<DaprGrpcService>
    {
        public void OnServiceMethodDiscovery(ServiceMethodProviderContext<DaprGrpcService> context)
        {
            foreach (var method in UnaryMethods.All)
            {
                method.Bind(context);
            }

            foreach (var method in ServerStreamMethod.All)
            {
                method.Bind(context);
            }

            SubscribeTopicEvents.Bind(context);
            TaskHubMethods.Bind(context);
            SubscribeActorEvents.Bind(context);
        }
    }
}
