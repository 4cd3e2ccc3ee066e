using EmbeddedDapr.Locks;
using EmbeddedDapr.Runtime;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>The rpcs of the distributed lock API (contract section 7.3).</summary>
internal static class LockMethods
{
    internal static IReadOnlyList<UnaryMethod> Table { get; } =
    [
        new UnaryMethod<Proto.TryLockRequest, Proto.TryLockResponse>("TryLockAlpha1", Proto.TryLockRequest.Parser, TryLockAsync),
        new UnaryMethod<Proto.UnlockRequest, Proto.UnlockResponse>("UnlockAlpha1", Proto.UnlockRequest.Parser, UnlockAsync),
    ];

    private static async ValueTask<ApiResult<Proto.TryLockResponse>> TryLockAsync(Sidecar sidecar, Proto.TryLockRequest request, CancellationToken cancellationToken)
    {
        var result = await sidecar.Locks.TryLockAsync(
            request.StoreName, new LockRequest(request.ResourceId, request.LockOwner, request.ExpiryInSeconds), cancellationToken);
        return result.Error is { } error ? Plain(error) : new Proto.TryLockResponse { Success = result.Value };
    }

    private static async ValueTask<ApiResult<Proto.UnlockResponse>> UnlockAsync(Sidecar sidecar, Proto.UnlockRequest request, CancellationToken cancellationToken)
    {
        var result = await sidecar.Locks.UnlockAsync(request.StoreName, new LockRequest(request.ResourceId, request.LockOwner), cancellationToken);
        return result.Error is { } error ? Plain(error) : new Proto.UnlockResponse { Status = (Proto.UnlockResponse.Types.Status)result.Value };
    }

    /// <summary>Errors of locks name no code (recorded: grpc-lock-bad).</summary>
    private static ApiError Plain(ApiError error) => error with { Code = "ERR_LOCK" };
}
