using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.State;

namespace EmbeddedDapr.Server.Http;

/// <summary>The HTTP routes of the state API (Dapr API reference, state management).</summary>
internal static class StateRoutes
{
    private const string TtlHeader = "metadata.ttlExpireTime";
    private const int StoreSegment = 2;
    private const int KeySegment = 3;

    private static readonly string[] PostOrPut = ["POST", "PUT"];

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    internal static void MapState(this IEndpointRouteBuilder routes, Sidecar sidecar)
    {
        routes.MapGet("/v1.0/state/{store}/{key}", (RequestDelegate)(context => GetAsync(context, sidecar)));
        routes.MapDelete("/v1.0/state/{store}/{key}", (RequestDelegate)(context => DeleteAsync(context, sidecar)));
        routes.MapMethods("/v1.0/state/{store}", PostOrPut, context => SaveAsync(context, sidecar));
        routes.MapMethods("/v1.0/state/{store}/bulk", PostOrPut, context => GetBulkAsync(context, sidecar));
        routes.MapMethods("/v1.0/state/{store}/transaction", PostOrPut, context => TransactAsync(context, sidecar));
        routes.MapMethods("/v1.0-alpha1/state/{store}/query", PostOrPut, context => context.WriteErrorAsync(sidecar.State.Query(context.PathSegment(StoreSegment))));
    }

    internal static string ExpireTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static async Task GetAsync(HttpContext context, Sidecar sidecar)
    {
        var result = await sidecar.State.GetAsync(context.PathSegment(StoreSegment), context.PathSegment(KeySegment), context.RequestAborted);
        if (result.Error is { } error)
        {
            await context.WriteErrorAsync(ForHttp(error, sidecar));
            return;
        }

        if (result.Value is not { } value || value.Value.IsEmpty)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        if (value.ETag.Length > 0)
        {
            context.Response.Headers.ETag = value.ETag;
        }

        if (value.ExpiresAt is { } expires)
        {
            context.Response.Headers[TtlHeader] = ExpireTime(expires);
        }

        await context.WriteBodyAsync(StatusCodes.Status200OK, value.Value);
    }

    private static async Task DeleteAsync(HttpContext context, Sidecar sidecar)
    {
        var query = context.Request.Query;
        var item = new StateItem
        {
            Key = context.PathSegment(KeySegment),
            ETag = context.Request.Headers.IfMatch.ToString(),
            Concurrency = query["concurrency"].ToString(),
            Consistency = query["consistency"].ToString(),
            Metadata = context.QueryMetadata(),
        };
        await WriteOutcomeAsync(context, sidecar, await sidecar.State.DeleteAsync(context.PathSegment(StoreSegment), item, context.RequestAborted));
    }

    private static async Task SaveAsync(HttpContext context, Sidecar sidecar)
    {
        var store = context.PathSegment(StoreSegment);
        var error = sidecar.State.Check(store);
        if (error is null)
        {
            var body = await context.ReadBodyAsync(sidecar.Options.BodyBytesMax);
            var why = RequestBody.TooLarge;
            var items = body.IsTooLarge ? null : StateBodies.Items(body.Data, context.QueryMetadata(), out why);
            // Of all routes this one gives the parser's text without a prefix (recorded: state-binary).
            error = items is null
                ? new("ERR_MALFORMED_REQUEST", why, StatusCodes.Status400BadRequest, GrpcCode.InvalidArgument)
                : await sidecar.State.SaveAsync(store, items, context.RequestAborted);
        }

        await WriteOutcomeAsync(context, sidecar, error);
    }

    private static async Task GetBulkAsync(HttpContext context, Sidecar sidecar)
    {
        var store = context.PathSegment(StoreSegment);
        if (sidecar.State.Check(store) is { } refusal)
        {
            await context.WriteErrorAsync(ForHttp(refusal, sidecar));
            return;
        }

        var body = await context.ReadBodyAsync(sidecar.Options.BodyBytesMax);
        var why = RequestBody.TooLarge;
        if ((body.IsTooLarge ? null : StateBodies.Keys(body.Data, out why)) is not { } keys)
        {
            await context.WriteErrorAsync(ApiErrors.MalformedRequest(why));
            return;
        }

        var result = await sidecar.State.GetBulkAsync(store, keys, context.RequestAborted);
        if (result.Error is { } error)
        {
            await context.WriteErrorAsync(ForHttp(error, sidecar));
            return;
        }

        var answer = BulkBody(result.Value);
        if (answer.IsEmpty)
        {
            context.Response.Headers.Remove("traceparent"); // recorded: grpc-state-http-interop
        }

        await context.WriteBodyAsync(StatusCodes.Status200OK, answer);
    }

    private static async Task TransactAsync(HttpContext context, Sidecar sidecar)
    {
        var store = context.PathSegment(StoreSegment);
        var error = sidecar.State.Check(store);
        if (error is null)
        {
            var body = await context.ReadBodyAsync(sidecar.Options.BodyBytesMax);
            var why = RequestBody.TooLarge;
            var operations = body.IsTooLarge ? null : StateBodies.Transaction(body.Data, out why);
            error = operations is null
                ? ApiErrors.MalformedRequest(why)
                : await sidecar.State.TransactAsync(store, operations, context.RequestAborted);
            // Here the refused key is not named as a field (recorded: state-key-with-separator).
            if (error?.Details is { Field: { } field } details)
            {
                error = error with { Details = details with { Field = field with { Field = null } } };
            }
        }

        await WriteOutcomeAsync(context, sidecar, error);
    }

    private static Task WriteOutcomeAsync(HttpContext context, Sidecar sidecar, ApiError? error) =>
        context.WriteOutcomeAsync(error is null ? null : ForHttp(error, sidecar));

    /// <summary>What this head says differently from gRPC (recorded: state-unknown-store, state-key-with-separator).</summary>
    private static ApiError ForHttp(ApiError error, Sidecar sidecar)
    {
        switch (error.Details)
        {
            case { Reason: "DAPR_STATE_NOT_FOUND" or "DAPR_STATE_NOT_CONFIGURED" } details:
                return error with { Details = details with { Metadata = new Dictionary<string, string> { ["appID"] = sidecar.Options.AppId } } };
            case { Reason: ApiErrors.StateIllegalKeyReason, Field: { } field } details:
                var text = $"api error: code = InvalidArgument desc = {error.Message}";
                return error with { Message = text, Details = details with { Field = field with { Description = text } } };
            default:
                return error;
        }
    }

    /// <summary>A value that is no JSON, saved over gRPC, empties the whole answer (recorded: grpc-state-http-interop).</summary>
    private static ReadOnlyMemory<byte> BulkBody(IReadOnlyList<KeyValuePair<string, StateValue?>> items)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(body, Writing);
        writer.WriteStartArray();
        foreach (var (key, value) in items)
        {
            writer.WriteStartObject();
            writer.WriteString("key"u8, key);
            if (value is not null && !value.Value.IsEmpty)
            {
                if (GoJson.Parse(value.Value, out _) is not { } document)
                {
                    return default;
                }

                document.Dispose();
                writer.WritePropertyName("data"u8);
                writer.WriteRawValue(value.Value.Span, skipInputValidation: true);
            }

            if (value is not null)
            {
                writer.WriteString("etag"u8, value.ETag);
            }

            if (value?.ExpiresAt is { } expires)
            {
                writer.WriteStartObject("metadata"u8);
                writer.WriteString("ttlExpireTime"u8, ExpireTime(expires));
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.Flush();
        return body.WrittenMemory;
    }
}
