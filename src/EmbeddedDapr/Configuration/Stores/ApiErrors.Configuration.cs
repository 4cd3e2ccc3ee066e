namespace EmbeddedDapr;

/// <content>Rows of the configuration API (contract section 7.2).</content>
public static partial class ApiErrors
{
    internal static ApiError ConfigurationStoresNotConfigured() =>
        new("ERR_CONFIGURATION_STORE_NOT_CONFIGURED", "configuration stores not configured", 500, GrpcCode.FailedPrecondition);

    internal static ApiError ConfigurationStoreNotFound(string store) =>
        new("ERR_CONFIGURATION_STORE_NOT_FOUND", $"configuration store {store} not found", 400, GrpcCode.InvalidArgument);

    internal static ApiError ConfigurationGet(string store, IReadOnlyList<string> keys, string why) =>
        new("ERR_CONFIGURATION_GET", $"failed to get {string.Join(",", keys)} from Configuration store {store}: {why}", 500, GrpcCode.Internal);

    internal static ApiError ConfigurationSubscribe(string store, IReadOnlyList<string> keys, string why) =>
        new("ERR_CONFIGURATION_SUBSCRIBE", $"failed to subscribe {string.Join(",", keys)} from Configuration store {store}: {why}", 500, GrpcCode.Internal);

    internal static ApiError ConfigurationNoApp() =>
        new("ERR_APP_CHANNEL_NIL", "app channel is not initialized. cannot subscribe to configuration updates", 500, GrpcCode.Internal);
}
