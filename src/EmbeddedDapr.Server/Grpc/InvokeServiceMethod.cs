using System.Globalization;
using System.Text;
using System.Text.Unicode;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Invocation;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Apps;
using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.AspNetCore.WebUtilities;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>
/// <c>InvokeService</c> (contract sections 6, 11.3): call metadata become headers of the app's request, headers of its answer become metadata, and a status that is no success
/// becomes a code.
/// </summary>
internal sealed class InvokeServiceMethod()
    : UnaryMethod<Proto.InvokeServiceRequest, Proto.InvokeResponse>("InvokeService", Proto.InvokeServiceRequest.Parser, CallAsync)
{
    private const string HttpStatusHeader = "dapr-http-status";
    private const string ContentType = "Content-Type";
    private const string ProtobufType = "application/x-protobuf";
    private const int ErrorBytesMax = 63;

    public override void Bind(ServiceMethodProviderContext<DaprGrpcService> context)
    {
        var method = new Method<Proto.InvokeServiceRequest, Proto.InvokeResponse>(
            MethodType.Unary,
            UnaryMethods.Service,
            Name,
            GrpcMarshallers.Both(Proto.InvokeServiceRequest.Parser),
            GrpcMarshallers.Answer<Proto.InvokeResponse>());
        context.AddUnaryMethod(method, [], static (service, request, call) => service.CallAsync(call, sidecar => AnswerAsync(sidecar, request, call)));
    }

    /// <summary>For callers in this process, which have no metadata.</summary>
    private static async ValueTask<ApiResult<Proto.InvokeResponse>> CallAsync(Sidecar sidecar, Proto.InvokeServiceRequest request, CancellationToken cancellationToken)
    {
        var (error, response, _) = await CallAsync(sidecar, request, [], cancellationToken);
        return error is null ? response! : error;
    }

    private static async Task<Proto.InvokeResponse> AnswerAsync(Sidecar sidecar, Proto.InvokeServiceRequest request, ServerCallContext call)
    {
        var headers = InvokeMetadata.ToHeaders(call.GetHttpContext().Request.Headers, sidecar.Options);
        var (error, response, metadata) = await CallAsync(sidecar, request, headers, call.CancellationToken);
        if (metadata is not null)
        {
            // The library leaves out metadata without a value.
            foreach (var entry in metadata.Where(static entry => entry.Value.Length == 0).ToList())
            {
                metadata.Remove(entry);
                call.GetHttpContext().Response.Headers[entry.Key] = string.Empty;
            }

            await call.WriteResponseHeadersAsync(metadata);
        }

        return error is null ? response! : throw error.ToRpcException();
    }

    private static async ValueTask<(ApiError? Error, Proto.InvokeResponse? Response, Metadata? Headers)> CallAsync(
        Sidecar sidecar,
        Proto.InvokeServiceRequest request,
        List<KeyValuePair<string, string>> headers,
        CancellationToken cancellationToken)
    {
        if (request.Id.Length > 0 && request.Message is null)
        {
            const string Incomplete = "parsing InternalInvokeRequest error: request does not contain the required fields in the leading chunk";
            return (ApiErrors.DirectInvoke(request.Id, new InvokeFault(Incomplete, GrpcCode.InvalidArgument)), null, null);
        }

        var message = request.Message ?? new Proto.InvokeRequest();
        var contentType = message.Data?.TypeUrl is { Length: > 0 } ? ProtobufType : message.ContentType;
        if (contentType.Length > 0)
        {
            headers.Add(new(ContentType, contentType));
        }

        var result = await sidecar.Invoke.InvokeAsync(
            new InvokeRequest
            {
                AppId = request.Id,
                Method = message.Method,
                Verb = message.HttpExtension is { } extension ? extension.Verb.ToString().ToUpperInvariant() : string.Empty,
                Query = message.HttpExtension?.Querystring is { Length: > 0 } query ? query : null,
                Headers = headers,
                Body = new StreamBody(message.Data?.Value.Memory ?? default),
            },
            cancellationToken);
        if (result.Exchange is null)
        {
            return (ApiErrors.DirectInvoke(request.Id, result.Fault!), null, null);
        }

        try
        {
            await using var exchange = await result.Exchange.BufferAsync(cancellationToken);
            var metadata = InvokeMetadata.ToMetadata(exchange.Headers);
            if (AppRefusal(exchange) is { } refusal)
            {
                return (refusal, null, metadata);
            }

            metadata.Add(HttpStatusHeader, exchange.Status.ToString(CultureInfo.InvariantCulture));
            return exchange.Status is >= 200 and <= 299 ? (null, Response(exchange), metadata) : (Refusal(exchange), null, metadata);
        }
        catch (AppUnreachableException exception)
        {
            return (ApiErrors.DirectInvoke(request.Id, new InvokeFault(exception.Message)), null, null);
        }
    }

    private static Proto.InvokeResponse Response(AppExchange exchange) => new()
    {
        Data = new() { Value = UnsafeByteOperations.UnsafeWrap(exchange.Body.Data) },
        ContentType = exchange.Headers.FirstOrDefault(static header => header.Key.Equals(ContentType, StringComparison.OrdinalIgnoreCase)).Value ?? string.Empty,
    };

    /// <summary>A gRPC app's own code and message; null: it is an HTTP app, or has not refused.</summary>
    private static ApiError? AppRefusal(AppExchange exchange)
    {
        var code = Value(exchange, GrpcStatuses.CodeHeader);
        return code is null
            ? null
            : new ApiError("ERROR", Uri.UnescapeDataString(Value(exchange, GrpcStatuses.TextHeader) ?? string.Empty), exchange.Status, (GrpcCode)int.Parse(code, CultureInfo.InvariantCulture));
    }

    private static string? Value(AppExchange exchange, string name) =>
        exchange.Headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>The status as a code, with the beginning of the body (recorded: grpc-invoke-statuses, grpc-invoke-error-bodies).</summary>
    private static ApiError Refusal(AppExchange exchange)
    {
        var phrase = exchange.Status == 418 ? "I'm a teapot" : ReasonPhrases.GetReasonPhrase(exchange.Status);
        if (exchange.Status == StatusCodes.Status499ClientClosedRequest)
        {
            phrase = string.Empty;
        }

        var body = exchange.Body.Data.Span[..Math.Min(exchange.Body.Data.Length, ErrorBytesMax)];
        var details = Utf8.IsValid(body)
            ? new ApiErrorDetails(
                phrase,
                new Dictionary<string, string>
                {
                    ["http.code"] = exchange.Status.ToString(CultureInfo.InvariantCulture),
                    ["http.error_message"] = Encoding.UTF8.GetString(body),
                })
            : null;
        return new ApiError("ERROR", phrase, exchange.Status, Code(exchange.Status), details);
    }

    /// <summary>Contract section 0.2.</summary>
    private static GrpcCode Code(int status) => status switch
    {
        400 => GrpcCode.Internal,
        401 => GrpcCode.Unauthenticated,
        403 => GrpcCode.PermissionDenied,
        404 => GrpcCode.NotFound,
        408 => GrpcCode.Canceled,
        409 => GrpcCode.AlreadyExists,
        429 => GrpcCode.ResourceExhausted,
        501 => GrpcCode.Unimplemented,
        503 => GrpcCode.Unavailable,
        504 => GrpcCode.DeadlineExceeded,
        _ => GrpcCode.Unknown,
    };
}
