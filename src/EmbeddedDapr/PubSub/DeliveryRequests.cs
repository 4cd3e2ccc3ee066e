using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Tracing;

namespace EmbeddedDapr.PubSub;

/// <summary>Writes the requests that carry events into an app (contract sections 4.6, 4.7). Pure but for fresh ids.</summary>
internal static class DeliveryRequests
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly SearchValues<char> HeaderNameChars =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public static AppRequest One(string pubSubName, DeliveredEvent delivered, Tracer tracer)
    {
        var headers = new List<KeyValuePair<string, string>>(4) { new("pubsubName", pubSubName) };
        var facts = delivered.Facts;
        if (facts.HasTrace && tracer.HeaderAfter(facts.TraceParent) is { } traceParent && IsHeaderValue(traceParent))
        {
            headers.Add(new("traceparent", traceParent));

            // A state belongs to a trace (recorded: pubsub-cloudevent-trace).
            if (facts is { TraceParent: not null, TraceState: { } state } && IsHeaderValue(state))
            {
                headers.Add(new("tracestate", state));
            }
        }

        foreach (var (name, value) in delivered.Delivery.Message.Metadata ?? PublishMetadata.None)
        {
            if (IsHeader(name, value) && !(facts.HasTrace && name.Equals("traceparent", StringComparison.OrdinalIgnoreCase)))
            {
                headers.Add(new(name, value));
            }
        }

        return new()
        {
            Kind = AppCallKind.Event,
            Component = pubSubName,
            Method = "POST",
            Path = delivered.Route.Path,
            Query = delivered.Route.Query,
            ContentType = ContentTypes.CloudEvents,
            Headers = headers,
            Body = delivered.Body,
        };
    }

    /// <summary>One request for events of one route; ids in the order of the events.</summary>
    public static AppRequest Many(string pubSubName, string topic, IReadOnlyList<DeliveredEvent> events, bool raw, Tracer tracer, out string[] entryIds)
    {
        const int EntryBytes = 160;
        entryIds = new string[events.Count];
        var size = 256;
        foreach (var delivered in events)
        {
            size = checked(size + EntryBytes + (raw ? delivered.Body.Length * 4 / 3 : delivered.Body.Length));
        }

        var buffer = new ArrayBufferWriter<byte>(size);
        using var writer = new Utf8JsonWriter(buffer, Writing);
        writer.WriteStartObject();
        writer.WriteString("id"u8, Guid.NewGuid());
        writer.WriteStartArray("entries"u8);
        for (var index = 0; index < entryIds.Length; index++)
        {
            entryIds[index] = events[index].EntryId;
            WriteEntry(writer, events[index], raw, entryIds[index]);
        }

        writer.WriteEndArray();
        writer.WriteStartObject("metadata"u8);
        writer.WriteString("pubsubName"u8, pubSubName);
        writer.WriteEndObject();
        writer.WriteString("pubsubname"u8, pubSubName);
        writer.WriteString("topic"u8, topic);
        writer.WriteString("type"u8, "com.dapr.event.sent.bulk"u8);
        writer.WriteEndObject();
        writer.Flush();
        return new()
        {
            Kind = AppCallKind.Events,
            Component = pubSubName,
            Method = "POST",
            Path = events[0].Route.Path,
            Query = events[0].Route.Query,
            ContentType = "application/json",
            Headers = tracer.HeaderAfter(null) is { } traceParent ? [new("pubsubName", pubSubName), new("traceparent", traceParent)] : [new("pubsubName", pubSubName)],
            Body = buffer.WrittenMemory,
        };
    }

    /// <summary>The envelope that a raw subscription gets around a message: no time, and trace fields only if the message came with some (recorded: pubsub-raw-both).</summary>
    public static ReadOnlyMemory<byte> RawEnvelope(string pubSubName, PubSubDelivery delivery, string topic)
    {
        var message = delivery.Message;
        var buffer = new ArrayBufferWriter<byte>(checked(320 + (message.Data.Length * 4 / 3)));
        using var writer = new Utf8JsonWriter(buffer, Writing);
        writer.WriteStartObject();
        writer.WriteBase64String("data_base64"u8, message.Data.Span);
        writer.WriteString("datacontenttype"u8, ContentTypes.OctetStream);
        writer.WriteString("id"u8, Guid.NewGuid());
        writer.WriteString("pubsubname"u8, pubSubName);
        writer.WriteString("source"u8, "Dapr"u8);
        writer.WriteString("specversion"u8, "1.0"u8);
        writer.WriteString("topic"u8, topic);
        if (PublishMetadata.Find(message.Metadata, "traceid") is { } trace)
        {
            writer.WriteString("traceid"u8, trace);
            writer.WriteString("tracestate"u8, PublishMetadata.Find(message.Metadata, "tracestate") ?? string.Empty);
        }

        writer.WriteString("type"u8, "com.dapr.event.sent"u8);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteEntry(Utf8JsonWriter writer, DeliveredEvent delivered, bool raw, string entryId)
    {
        writer.WriteStartObject();
        writer.WriteString("entryId"u8, entryId);
        if (raw)
        {
            writer.WriteBase64String("event"u8, delivered.Delivery.Message.Data.Span);
        }
        else
        {
            writer.WritePropertyName("event"u8);
            writer.WriteRawValue(delivered.Body.Span, skipInputValidation: true);
        }

        writer.WriteStartObject("metadata"u8);
        foreach (var (name, value) in delivered.Delivery.Message.Metadata ?? PublishMetadata.None)
        {
            writer.WriteString(name, value);
        }

        writer.WriteEndObject();
        writer.WriteString("contentType"u8, raw ? ContentTypes.OctetStream : ContentTypes.CloudEvents);
        writer.WriteEndObject();
    }

    /// <summary>Metadata is the publisher's text: what cannot be a header stays behind, so that it cannot break or forge a request.</summary>
    private static bool IsHeader(string name, string value) =>
        name.Length > 0
        && !name.AsSpan().ContainsAnyExcept(HeaderNameChars)
        && !IsOurs(name)
        && IsHeaderValue(value);

    private static bool IsHeaderValue(string value) => value.All(character => character is >= ' ' and < '\x7f');

    private static bool IsOurs(string name) =>
        name.StartsWith("content-", StringComparison.OrdinalIgnoreCase)
        || name.ToLowerInvariant() is "pubsubname" or "dapr-api-token" or "host" or "connection" or "transfer-encoding" or "upgrade" or "te" or "trailer" or "expect"
            or "keep-alive" or "proxy-connection";
}
