using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.Server.Http;

/// <summary>The HTTP routes of the publish API (Dapr API reference, pub/sub).</summary>
internal static class PublishRoutes
{
    private const string EntryType = "bulkPublishMessageEntry";

    private static readonly string[] PostOrPut = ["POST", "PUT"];

    internal static void MapPublish(this IEndpointRouteBuilder routes, Sidecar sidecar)
    {
        // A path without topic misses these routes (recorded: pubsub-unknown).
        routes.MapMethods("/v1.0/publish/{pubsub}/{**topic:minlength(1)}", PostOrPut, context => PublishAsync(context, sidecar));
        routes.MapMethods("/v1.0/publish/bulk/{pubsub}/{**topic:minlength(1)}", PostOrPut, context => BulkPublishAsync(context, sidecar));
        routes.MapMethods("/v1.0-alpha1/publish/bulk/{pubsub}/{**topic:minlength(1)}", PostOrPut, context => BulkPublishAsync(context, sidecar));
    }

    private static async Task PublishAsync(HttpContext context, Sidecar sidecar)
    {
        var (pubSub, topic) = (context.PathSegment(2), context.PathTail(3));
        var error = sidecar.PubSub.CheckTarget(pubSub, topic);
        if (error is null)
        {
            var body = await context.ReadBodyAsync(sidecar.Options.BodyBytesMax);
            error = body.IsTooLarge
                ? ApiErrors.PubSubPublish(pubSub, topic, RequestBody.TooLarge)
                : await sidecar.PubSub.PublishAsync(
                    new()
                    {
                        PubSubName = pubSub,
                        Topic = topic,
                        Data = body.Data,
                        ContentType = context.Request.ContentType ?? string.Empty,
                        Metadata = context.QueryMetadata(),
                        Trace = CallTrace.Of(context, sidecar),
                    },
                    context.RequestAborted);
        }

        await context.WriteOutcomeAsync(error);
    }

    private static async Task BulkPublishAsync(HttpContext context, Sidecar sidecar)
    {
        var (pubSub, topic) = (context.PathSegment(3), context.PathTail(4));
        if (sidecar.PubSub.CheckTarget(pubSub, topic) is { } refusal)
        {
            await context.WriteErrorAsync(refusal);
            return;
        }

        var body = await context.ReadBodyAsync(sidecar.Options.BodyBytesMax);
        var why = RequestBody.TooLarge;
        if ((body.IsTooLarge ? null : Entries(body.Data, out why)) is not { } entries)
        {
            await context.WriteErrorAsync(
                why.Length == 0
                    ? ApiErrors.PubSubEntryMismatch(pubSub, topic, sidecar.Options.AppId)
                    : ApiErrors.PubSubUnreadableEntries(pubSub, topic, sidecar.Options.AppId, why));
            return;
        }

        var request = new BulkPublishRequest { PubSubName = pubSub, Topic = topic, Entries = entries, Metadata = context.QueryMetadata(), Trace = CallTrace.Of(context, sidecar) };
        var result = await sidecar.PubSub.BulkPublishAsync(request, context.RequestAborted);
        if (result.Error is null && result.Value.Count > 0)
        {
            await WriteFailuresAsync(context, result.Value);
            return;
        }

        await context.WriteOutcomeAsync(result.Error);
    }

    private static Task WriteFailuresAsync(HttpContext context, IReadOnlyList<BulkPublishFailure> failures)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("failedEntries"u8);
            foreach (var failure in failures)
            {
                writer.WriteStartObject();
                writer.WriteString("entryId"u8, failure.EntryId);
                writer.WriteString("error"u8, failure.Error);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteString("errorCode"u8, "ERR_PUBSUB_PUBLISH_MESSAGE"u8);
            writer.WriteEndObject();
        }

        return context.WriteBodyAsync(StatusCodes.Status500InternalServerError, body.WrittenMemory);
    }

    /// <summary>The entries; null with a reason for a body that is none, null without one for an event that does not fit its content type.</summary>
    private static List<BulkPublishEntry>? Entries(ReadOnlyMemory<byte> body, out string error)
    {
        if (GoJson.ParseBody(body, out error) is not { } document)
        {
            return null;
        }

        using (document)
        {
            var entries = new List<BulkPublishEntry>();
            switch (document.RootElement.ValueKind)
            {
                case JsonValueKind.Null:
                    return entries;
                case not JsonValueKind.Array:
                    error = JsonMembers.WrongValue(document.RootElement, "[]http.bulkPublishMessageEntry");
                    return null;
            }

            foreach (var element in document.RootElement.EnumerateArray())
            {
                if (!element.TryText(EntryType, "entryId", out var id, ref error)
                    || !element.TryText(EntryType, "contentType", out var contentType, ref error)
                    || !element.TryMap(EntryType, "metadata", out var metadata, ref error)
                    || Event(element.Member("event") ?? default, contentType) is not { } data)
                {
                    return null;
                }

                entries.Add(new(id, data, contentType, metadata));
            }

            return entries;
        }
    }

    /// <summary>The bytes of an event as its content type wants them written in JSON (contract section 4.1); null: it is written otherwise.</summary>
    private static byte[]? Event(JsonElement data, string contentType)
    {
        if (ContentTypes.IsBinary(contentType))
        {
            return data.ValueKind == JsonValueKind.String && data.TryGetBytesFromBase64(out var bytes) ? bytes : null;
        }

        if (ContentTypes.IsText(contentType))
        {
            return data.ValueKind == JsonValueKind.String ? Encoding.UTF8.GetBytes(data.GetString()!) : null;
        }

        if (!ContentTypes.IsJson(contentType) && !ContentTypes.IsCloudEvents(contentType))
        {
            return null;
        }

        return data.ValueKind == JsonValueKind.Undefined ? "null"u8.ToArray() : JsonMarshal.GetRawUtf8Value(data).ToArray();
    }
}
