using EmbeddedDapr.Actors;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Http;
using EmbeddedDapr.State;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>The rpcs of calls and state of actors (contract sections 2.4, 2.5).</summary>
internal static class ActorMethods
{
    private const string ContentType = "content-type";
    private const string Ttl = "ttlInSeconds";

    internal static IReadOnlyList<UnaryMethod> Table { get; } =
    [
        new UnaryMethod<Proto.InvokeActorRequest, Proto.InvokeActorResponse>("InvokeActor", Proto.InvokeActorRequest.Parser, InvokeAsync),
        new UnaryMethod<Proto.GetActorStateRequest, Proto.GetActorStateResponse>("GetActorState", Proto.GetActorStateRequest.Parser, GetStateAsync),
        new UnaryMethod<Proto.ExecuteActorStateTransactionRequest, Empty>(
            "ExecuteActorStateTransaction", Proto.ExecuteActorStateTransactionRequest.Parser, TransactAsync),
    ];

    private static async ValueTask<ApiResult<Proto.InvokeActorResponse>> InvokeAsync(Sidecar sidecar, Proto.InvokeActorRequest request, CancellationToken cancellationToken)
    {
        var result = await sidecar.Actors.InvokeAsync(
            new ActorInvocation
            {
                ActorType = request.ActorType,
                ActorId = request.ActorId,
                Method = request.Method,
                Headers = Headers(request.Metadata),
                Body = request.Data.Memory,
            },
            cancellationToken);
        return result.Error is { } error ? error : new Proto.InvokeActorResponse { Data = UnsafeByteOperations.UnsafeWrap(result.Value.Body) };
    }

    /// <summary>All that the caller names but the content type, which does not travel (recorded: grpc-actor-invoke-headers).</summary>
    private static List<KeyValuePair<string, string>>? Headers(Google.Protobuf.Collections.MapField<string, string> metadata)
    {
        List<KeyValuePair<string, string>>? headers = null;
        foreach (var header in metadata)
        {
            if (!header.Key.Equals(ContentType, StringComparison.OrdinalIgnoreCase) && ForwardedHeaders.Travels(header.Key))
            {
                (headers ??= []).Add(header);
            }
        }

        return headers;
    }

    private static async ValueTask<ApiResult<Proto.GetActorStateResponse>> GetStateAsync(
        Sidecar sidecar,
        Proto.GetActorStateRequest request,
        CancellationToken cancellationToken)
    {
        var result = await sidecar.Actors.GetStateAsync(request.ActorType, request.ActorId, request.Key, cancellationToken);
        if (result.Error is { } error)
        {
            return error;
        }

        var response = new Proto.GetActorStateResponse();
        if (result.Value is { } value)
        {
            response.Data = UnsafeByteOperations.UnsafeWrap(value.Value);
            if (value.ExpiresAt is { } expires)
            {
                response.Metadata.Add("ttlExpireTime", StateRoutes.ExpireTime(expires));
            }
        }

        return response;
    }

    private static async ValueTask<ApiResult<Empty>> TransactAsync(
        Sidecar sidecar,
        Proto.ExecuteActorStateTransactionRequest request,
        CancellationToken cancellationToken)
    {
        var operations = new List<ActorStateOperation>(request.Operations.Count);
        string? fault = null;
        foreach (var operation in request.Operations)
        {
            if (operation.OperationType is not ("upsert" or "delete"))
            {
                return ApiErrors.StateOperationNotSupported(operation.OperationType);
            }

            TimeSpan? ttl = null;
            if (operation.Key.Length == 0)
            {
                fault ??= "missing key";
            }
            else if (operation.OperationType == "upsert" && operation.Metadata.TryGetValue(Ttl, out var text))
            {
                fault ??= sidecar.Actors.Lifetimes.TryRead(text, out ttl);
            }

            // A value is stored as its bytes, whatever type its envelope names (recorded: grpc-actor-state-any).
            operations.Add(new(
                operation.OperationType == "upsert" ? StateOperationKind.Upsert : StateOperationKind.Delete,
                operation.Key,
                operation.Value?.Value.Memory ?? default,
                ETag: null,
                ttl));
        }

        return await sidecar.Actors.WriteStateAsync(request.ActorType, request.ActorId, operations, fault, cancellationToken) is { } error ? error : new Empty();
    }
}
