namespace EmbeddedDapr;

/// <content>Rows of the secrets API (contract section 7.1).</content>
public static partial class ApiErrors
{
    internal static ApiError SecretStoresNotConfigured() =>
        new("ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured", 500, GrpcCode.FailedPrecondition);

    internal static ApiError SecretStoreNotFound(string store) =>
        new("ERR_SECRET_STORE_NOT_FOUND", $"failed finding secret store with key {store}", 401, GrpcCode.InvalidArgument);

    internal static ApiError SecretDenied(string store, string key) =>
        new("ERR_PERMISSION_DENIED", $"access denied by policy to get \"{key}\" from \"{store}\"", 403, GrpcCode.PermissionDenied);

    internal static ApiError SecretGet(string store, string key, string why) =>
        new("ERR_SECRET_GET", $"failed getting secret with key {key} from secret store {store}: {why}", 500, GrpcCode.Internal);

    internal static ApiError SecretBulkGet(string store, string why) =>
        new("ERR_SECRET_GET", $"failed getting secrets from secret store {store}: {why}", 500, GrpcCode.Internal);
}
