using EmbeddedDapr.State;

namespace EmbeddedDapr;

/// <content>Rows of the state API (contract section 3.1).</content>
public static partial class ApiErrors
{
    internal const string StateIllegalKeyReason = "DAPR_STATE_ILLEGAL_KEY";

    internal static ApiError StateStoreNotConfigured(string store) =>
        new("ERR_STATE_STORE_NOT_CONFIGURED", $"state store {store} is not configured", 500, GrpcCode.FailedPrecondition, new("DAPR_STATE_NOT_CONFIGURED"));

    internal static ApiError StateStoreNotFound(string store) =>
        new("ERR_STATE_STORE_NOT_FOUND", $"state store {store} is not found", 400, GrpcCode.InvalidArgument, new("DAPR_STATE_NOT_FOUND"));

    internal static ApiError StateIllegalKey(string store, string key)
    {
        var text = $"input key/keyPrefix '{key}' can't contain '||'";
        return new("ERR_MALFORMED_REQUEST", text, 400, GrpcCode.InvalidArgument, new(StateIllegalKeyReason, null, "state", store, string.Empty, new(key, text)));
    }

    internal static ApiError StateEmptyKey() => new("ERR_STATE_SAVE", "state key cannot be empty", 400, GrpcCode.InvalidArgument);

    internal static ApiError StateGet(string store, string key, string why) =>
        new("ERR_STATE_GET", $"fail to get {key} from state store {store}: {why}", 500, GrpcCode.Internal);

    internal static ApiError StateBulkGet(string store, string why) =>
        new("ERR_STATE_BULK_GET", $"failed to get bulk state from state store {store}: {why}", 500, GrpcCode.Internal);

    internal static ApiError StateSave(string store, StateFault fault) =>
        new("ERR_STATE_SAVE", $"failed saving state in state store {store}: {fault.Text}", fault.HttpStatus, fault.Grpc);

    internal static ApiError StateDelete(string key, StateFault fault) =>
        new("ERR_STATE_DELETE", $"failed deleting state with key {key}: {fault.Text}", fault.HttpStatus, fault.Grpc);

    internal static ApiError StateBulkDelete(string store, StateFault fault) =>
        new("ERR_STATE_BULK_DELETE", $"failed deleting state in state store {store}: {fault.Text}", fault.HttpStatus, fault.Grpc);

    internal static ApiError StateTransaction(string why) =>
        new("ERR_STATE_TRANSACTION", $"error while executing state transaction: {why}", 500, GrpcCode.Internal);

    internal static ApiError StateTransactionsNotSupported(string store) => new(
        "ERR_STATE_STORE_NOT_SUPPORTED",
        $"state store {store} doesn't support transactions",
        500,
        GrpcCode.Unimplemented,
        new("DAPR_STATE_TRANSACTIONS_NOT_SUPPORTED", null, "state", store));

    internal static ApiError StateOperationNotSupported(string operation) =>
        new("ERR_NOT_SUPPORTED_STATE_OPERATION", $"operation type {operation} not supported", 400, GrpcCode.Unimplemented);

    internal static ApiError StateQueryNotSupported(string store) => new(
        "ERR_STATE_STORE_NOT_SUPPORTED",
        "state store does not support querying",
        500,
        GrpcCode.Internal,
        new("DAPR_STATE_QUERYING_NOT_SUPPORTED", null, "state", store));

    internal static ApiError StateQuery(string store, string why) => new(
        "ERR_STATE_QUERY",
        $"state store {store} query failed: {why}",
        500,
        GrpcCode.Internal,
        new("DAPR_STATE_QUERY_FAILED", null, "state", store));
}
