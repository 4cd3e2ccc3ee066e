using System.Buffers;
using System.Text.Json;
using Grpc.Core;

namespace EmbeddedDapr.Server.Apps;

/// <summary>Codes of gRPC apps in HTTP's terms (contract section 0.2).</summary>
internal static class GrpcStatuses
{
    /// <summary>Code of a gRPC app, for callers that speak gRPC themselves.</summary>
    public const string CodeHeader = "embedded-dapr-app-code";

    /// <summary>Its message, percent-encoded.</summary>
    public const string TextHeader = "embedded-dapr-app-text";

    public static int ToHttp(StatusCode code) => code switch
    {
        StatusCode.OK => 200,
        StatusCode.Cancelled => 408,
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => 400,
        StatusCode.DeadlineExceeded => 504,
        StatusCode.NotFound => 404,
        StatusCode.AlreadyExists or StatusCode.Aborted => 409,
        StatusCode.PermissionDenied => 403,
        StatusCode.Unauthenticated => 401,
        StatusCode.ResourceExhausted => 429,
        StatusCode.Unimplemented => 501,
        StatusCode.Unavailable => 503,
        _ => 500,
    };

    /// <summary>A <c>google.rpc.Status</c> as JSON, what callers over HTTP get for a body.</summary>
    public static ReadOnlyMemory<byte> ToJson(RpcException exception)
    {
        var body = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(body);
        writer.WriteStartObject();
        writer.WriteNumber("code"u8, (int)exception.StatusCode);
        writer.WriteString("message"u8, exception.Status.Detail);
        writer.WriteStartArray("details"u8);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return body.WrittenMemory;
    }
}
