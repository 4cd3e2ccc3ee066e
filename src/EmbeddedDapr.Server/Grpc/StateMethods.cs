using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Http;
using EmbeddedDapr.State;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>The rpcs of the state API (contract section 3.1). Bytes are kept as they are.</summary>
internal static class StateMethods
{
    internal static IReadOnlyList<UnaryMethod> Table { get; } =
    [
        new UnaryMethod<Proto.GetStateRequest, Proto.GetStateResponse>("GetState", Proto.GetStateRequest.Parser, GetAsync),
        new UnaryMethod<Proto.GetBulkStateRequest, Proto.GetBulkStateResponse>("GetBulkState", Proto.GetBulkStateRequest.Parser, GetBulkAsync),
        new UnaryMethod<Proto.SaveStateRequest, Empty>("SaveState", Proto.SaveStateRequest.Parser, SaveAsync),
        new UnaryMethod<Proto.DeleteStateRequest, Empty>("DeleteState", Proto.DeleteStateRequest.Parser, DeleteAsync),
        new UnaryMethod<Proto.DeleteBulkStateRequest, Empty>("DeleteBulkState", Proto.DeleteBulkStateRequest.Parser, DeleteBulkAsync),
        new UnaryMethod<Proto.ExecuteStateTransactionRequest, Empty>("ExecuteStateTransaction", Proto.ExecuteStateTransactionRequest.Parser, TransactAsync),
        new UnaryMethod<Proto.QueryStateRequest, Proto.QueryStateResponse>("QueryStateAlpha1", Proto.QueryStateRequest.Parser, QueryAsync),
    ];

    private static async ValueTask<ApiResult<Proto.GetStateResponse>> GetAsync(Sidecar sidecar, Proto.GetStateRequest request, CancellationToken cancellationToken)
    {
        var result = await sidecar.State.GetAsync(request.StoreName, request.Key, cancellationToken);
        if (result.Error is { } error)
        {
            return error;
        }

        var response = new Proto.GetStateResponse();
        if (result.Value is { } value)
        {
            response.Data = UnsafeByteOperations.UnsafeWrap(value.Value);
            response.Etag = value.ETag;
            if (value.ExpiresAt is { } expires)
            {
                response.Metadata.Add("ttlExpireTime", StateRoutes.ExpireTime(expires));
            }
        }

        return response;
    }

    private static async ValueTask<ApiResult<Proto.GetBulkStateResponse>> GetBulkAsync(
        Sidecar sidecar,
        Proto.GetBulkStateRequest request,
        CancellationToken cancellationToken)
    {
        var result = await sidecar.State.GetBulkAsync(request.StoreName, request.Keys, cancellationToken);
        if (result.Error is { } error)
        {
            return error;
        }

        var response = new Proto.GetBulkStateResponse();
        foreach (var (key, value) in result.Value)
        {
            var item = new Proto.BulkStateItem { Key = key };
            if (value is not null)
            {
                item.Data = UnsafeByteOperations.UnsafeWrap(value.Value);
                item.Etag = value.ETag;
                if (value.ExpiresAt is { } expires)
                {
                    item.Metadata.Add("ttlExpireTime", StateRoutes.ExpireTime(expires));
                }
            }

            response.Items.Add(item);
        }

        return response;
    }

    private static async ValueTask<ApiResult<Empty>> SaveAsync(Sidecar sidecar, Proto.SaveStateRequest request, CancellationToken cancellationToken)
    {
        var items = new List<StateItem>(request.States.Count);
        foreach (var state in request.States)
        {
            var item = Item(state);
            // Exactly this text, and in this rpc only (recorded: grpc-state-content-type-sqlite).
            if (item.Metadata?.GetValueOrDefault("contentType") == "application/json")
            {
                if (GoJson.Reencode(item.Value, out var why) is not { } value)
                {
                    return sidecar.State.Check(request.StoreName) ?? ApiErrors.Unexpected(why);
                }

                item = item with { Value = value };
            }

            items.Add(item);
        }

        return Outcome(await sidecar.State.SaveAsync(request.StoreName, items, cancellationToken));
    }

    private static async ValueTask<ApiResult<Empty>> DeleteAsync(Sidecar sidecar, Proto.DeleteStateRequest request, CancellationToken cancellationToken)
    {
        var item = new StateItem
        {
            Key = request.Key,
            ETag = request.Etag?.Value,
            Metadata = request.Metadata,
            Concurrency = Concurrency(request.Options),
            Consistency = Consistency(request.Options),
        };
        return Outcome(await sidecar.State.DeleteAsync(request.StoreName, item, cancellationToken));
    }

    private static async ValueTask<ApiResult<Empty>> DeleteBulkAsync(Sidecar sidecar, Proto.DeleteBulkStateRequest request, CancellationToken cancellationToken) =>
        Outcome(await sidecar.State.DeleteBulkAsync(request.StoreName, request.States.Select(Item).ToList(), cancellationToken));

    private static async ValueTask<ApiResult<Empty>> TransactAsync(
        Sidecar sidecar,
        Proto.ExecuteStateTransactionRequest request,
        CancellationToken cancellationToken)
    {
        var operations = request.Operations
            .Select(operation => new StateTransactionItem(operation.OperationType, Item(operation.Request ?? new())))
            .ToList();
        return Outcome(await sidecar.State.TransactAsync(request.StoreName, operations, cancellationToken));
    }

    private static ValueTask<ApiResult<Proto.QueryStateResponse>> QueryAsync(Sidecar sidecar, Proto.QueryStateRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult<ApiResult<Proto.QueryStateResponse>>(sidecar.State.Query(request.StoreName));

    private static ApiResult<Empty> Outcome(ApiError? error) => error is null ? new Empty() : error;

    private static StateItem Item(Proto.StateItem state) => new()
    {
        Key = state.Key,
        Value = state.Value.Memory,
        ETag = state.Etag?.Value,
        Metadata = state.Metadata,
        Concurrency = Concurrency(state.Options),
        Consistency = Consistency(state.Options),
    };

    /// <summary>Numbers without a name count as unspecified (recorded: grpc-state-unknown-enum).</summary>
    private static string Concurrency(Proto.StateOptions? options) => options?.Concurrency switch
    {
        Proto.StateOptions.Types.StateConcurrency.ConcurrencyFirstWrite => "first-write",
        Proto.StateOptions.Types.StateConcurrency.ConcurrencyLastWrite => "last-write",
        _ => string.Empty,
    };

    private static string Consistency(Proto.StateOptions? options) => options?.Consistency switch
    {
        Proto.StateOptions.Types.StateConsistency.ConsistencyEventual => "eventual",
        Proto.StateOptions.Types.StateConsistency.ConsistencyStrong => "strong",
        _ => string.Empty,
    };
}
