using System.Text.Json;
using EmbeddedDapr.Server.Grpc;
using Google.Protobuf;
using AppProto = global::Dapr.AppCallback.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Apps;

/// <summary>The request of a bulk subscription (contract section 4.7) as the message of a gRPC app.</summary>
internal static class BulkEvents
{
    public static AppProto.TopicEventBulkRequest From(ReadOnlyMemory<byte> json, string pubSubName, string path)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var message = new AppProto.TopicEventBulkRequest
        {
            Id = Text(root, "id"),
            Topic = Text(root, "topic"),
            PubsubName = pubSubName,
            Type = Text(root, "type"),
            Path = path,
        };
        CopyMetadata(root, message.Metadata);
        foreach (var entry in root.GetProperty("entries").EnumerateArray())
        {
            message.Entries.Add(Entry(entry, pubSubName, message.Topic, path));
        }

        return message;
    }

    private static AppProto.TopicEventBulkRequestEntry Entry(JsonElement entry, string pubSubName, string topic, string path)
    {
        var read = new AppProto.TopicEventBulkRequestEntry { EntryId = Text(entry, "entryId"), ContentType = Text(entry, "contentType") };
        CopyMetadata(entry, read.Metadata);
        var content = entry.GetProperty("event");
        if (content.ValueKind == JsonValueKind.String)
        {
            read.Bytes = content.TryGetBytesFromBase64(out var bytes) ? UnsafeByteOperations.UnsafeWrap(bytes) : ByteString.CopyFromUtf8(content.GetString()!);
            return read;
        }

        var envelope = JsonSerializer.SerializeToUtf8Bytes(content, EnvelopeJson.Default.JsonElement);
        if (TopicEvents.From(envelope, pubSubName, topic, path) is { } single)
        {
            read.CloudEvent = new AppProto.TopicEventCERequest
            {
                Id = single.Id,
                Source = single.Source,
                Type = single.Type,
                SpecVersion = single.SpecVersion,
                DataContentType = single.DataContentType,
                Data = single.Data,
                Extensions = single.Extensions,
            };
        }
        else
        {
            read.Bytes = UnsafeByteOperations.UnsafeWrap(envelope);
        }

        return read;
    }

    private static void CopyMetadata(JsonElement from, Google.Protobuf.Collections.MapField<string, string> to)
    {
        if (from.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object)
        {
            foreach (var entry in metadata.EnumerateObject())
            {
                to[entry.Name] = entry.Value.ToString();
            }
        }
    }

    private static string Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonElement))]
internal sealed partial class EnvelopeJson : System.Text.Json.Serialization.JsonSerializerContext;
