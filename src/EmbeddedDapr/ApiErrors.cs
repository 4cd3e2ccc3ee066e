namespace EmbeddedDapr;

/// <summary>gRPC status codes that the table names; the numbers are gRPC's own.</summary>
public enum GrpcCode
{
    /// <summary>OK.</summary>
    Ok = 0,

    /// <summary>Canceled.</summary>
    Canceled = 1,

    /// <summary>Unknown.</summary>
    Unknown = 2,

    /// <summary>InvalidArgument.</summary>
    InvalidArgument = 3,

    /// <summary>DeadlineExceeded.</summary>
    DeadlineExceeded = 4,

    /// <summary>NotFound.</summary>
    NotFound = 5,

    /// <summary>AlreadyExists.</summary>
    AlreadyExists = 6,

    /// <summary>PermissionDenied.</summary>
    PermissionDenied = 7,

    /// <summary>ResourceExhausted.</summary>
    ResourceExhausted = 8,

    /// <summary>FailedPrecondition.</summary>
    FailedPrecondition = 9,

    /// <summary>Aborted.</summary>
    Aborted = 10,

    /// <summary>Unimplemented.</summary>
    Unimplemented = 12,

    /// <summary>Internal.</summary>
    Internal = 13,

    /// <summary>Unavailable.</summary>
    Unavailable = 14,

    /// <summary>Unauthenticated.</summary>
    Unauthenticated = 16,
}

/// <summary>An error of the Dapr API: one row of <see cref="ApiErrors"/> with its text filled in.</summary>
/// <param name="Code"><c>errorCode</c> of the HTTP body.</param>
/// <param name="Message">Text of both heads.</param>
/// <param name="HttpStatus">HTTP status.</param>
/// <param name="Grpc">gRPC status.</param>
/// <param name="Details">google.rpc details for rich errors; null: none.</param>
/// <param name="Headers">Metadata that goes to the caller beside the error, as headers <c>metadata.NAME</c>; null: none.</param>
public sealed record ApiError(
    string Code,
    string Message,
    int HttpStatus,
    GrpcCode Grpc,
    ApiErrorDetails? Details = null,
    IReadOnlyDictionary<string, string>? Headers = null);

/// <summary>What a rich error adds (contract section 0.2).</summary>
/// <param name="Reason"><c>ErrorInfo.reason</c>, such as <c>DAPR_STATE_NOT_FOUND</c>.</param>
/// <param name="Metadata"><c>ErrorInfo.metadata</c>.</param>
/// <param name="ResourceType"><c>ResourceInfo.resource_type</c>; null: no ResourceInfo.</param>
/// <param name="ResourceName"><c>ResourceInfo.resource_name</c>.</param>
/// <param name="Description"><c>ResourceInfo.description</c>.</param>
/// <param name="Field">Violated field; null: no BadRequest.</param>
public sealed record ApiErrorDetails(
    string Reason,
    IReadOnlyDictionary<string, string>? Metadata = null,
    string? ResourceType = null,
    string? ResourceName = null,
    string Description = "",
    ApiFieldViolation? Field = null);

/// <summary><c>BadRequest.field_violations</c> holds one of these.</summary>
/// <param name="Field">The field; null: not named.</param>
/// <param name="Description">What is wrong.</param>
public sealed record ApiFieldViolation(string? Field, string Description);

/// <summary>A value, or the error why there is none.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
public readonly struct ApiResult<T>
{
    private readonly T _value;

    internal ApiResult(T value, ApiError? error)
    {
        _value = value;
        Error = error;
    }

    /// <summary>Null when it went well.</summary>
    public ApiError? Error { get; }

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is an error instead.</exception>
    public T Value => Error is null ? _value : throw new InvalidOperationException($"No value: {Error.Code} {Error.Message}");

    /// <summary>Went well.</summary>
    public static implicit operator ApiResult<T>(T value) => new(value, null);

    /// <summary>Went wrong.</summary>
    public static implicit operator ApiResult<T>(ApiError error) => new(default!, error);
}

/// <summary>Makes results whose type is an interface, which has no implicit conversion.</summary>
public static class ApiResult
{
    /// <summary>Went well.</summary>
    public static ApiResult<T> Ok<T>(T value) => new(value, null);
}

/// <summary>
/// Every error of the Dapr API, one row each: code, text, HTTP status, gRPC status (contract sections 1.6, 2.11, 3.1, 4.1, 5.4, 6.2, 7). Parts of the
/// class stand beside their feature (<c>ApiErrors.State.cs</c>, …).
/// </summary>
public static partial class ApiErrors
{
    /// <summary>An error without a row of its own.</summary>
    public static ApiError Unexpected(string message) => new("ERROR", message, 500, GrpcCode.Unknown);

    /// <summary>A body that cannot be read as what the route wants.</summary>
    public static ApiError MalformedRequest(string why) => new("ERR_MALFORMED_REQUEST", $"failed deserializing HTTP body: {why}", 400, GrpcCode.InvalidArgument);

    /// <summary>A body that could not be read to its end.</summary>
    public static ApiError BodyRead(string why) => new("ERR_BODY_READ", $"failed to read request body: {why}", 400, GrpcCode.InvalidArgument);

    /// <summary>Nothing says which app is meant.</summary>
    public static ApiError NoInvokeTarget() => new(
        "ERR_DIRECT_INVOKE",
        "failed getting app id either from the URL path or the header dapr-app-id",
        404,
        GrpcCode.NotFound);
}
