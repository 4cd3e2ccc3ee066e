namespace EmbeddedDapr;

/// <content>Rows of the lock API (contract section 7.3).</content>
public static partial class ApiErrors
{
    internal static ApiError LockStoreNotConfigured() => new("ERR_LOCK_STORE_NOT_CONFIGURED", "lock store is not configured", 500, GrpcCode.FailedPrecondition);

    internal static ApiError LockStoreNotFound(string store) => new("ERR_LOCK_STORE_NOT_FOUND", $"lock store {store} not found", 400, GrpcCode.InvalidArgument);

    internal static ApiError LockResource(string store) => LockMalformed($"ResourceId is empty in lock store {store}");

    internal static ApiError LockOwner(string store) => LockMalformed($"LockOwner is empty in lock store {store}");

    internal static ApiError LockExpiry(string store) => LockMalformed($"ExpiryInSeconds is not positive in lock store {store}");

    internal static ApiError TryLock(string why) => new("ERR_TRY_LOCK", $"failed to try acquiring lock: {why}", 500, GrpcCode.Internal);

    internal static ApiError Unlock(string why) => new("ERR_UNLOCK", $"failed to release lock: {why}", 500, GrpcCode.Internal);

    private static ApiError LockMalformed(string text) => new("ERR_MALFORMED_REQUEST", text, 400, GrpcCode.InvalidArgument);
}
