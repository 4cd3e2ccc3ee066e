using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using AppProto = global::Dapr.AppCallback.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>Envelopes as the messages of the gRPC API (contract section 4.10). Pure.</summary>
internal static class TopicEvents
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 1000 };

    /// <summary>The message; null: the envelope's data is not what its content type says.</summary>
    public static AppProto.TopicEventRequest? From(ReadOnlyMemory<byte> envelope, string pubSubName, string topic, string path)
    {
        try
        {
            return Read(envelope, pubSubName, topic, path);
        }
        catch (InvalidOperationException)
        {
            return null; // a text with half of a surrogate pair is JSON, and nothing that protobuf can hold
        }
    }

    private static AppProto.TopicEventRequest? Read(ReadOnlyMemory<byte> envelope, string pubSubName, string topic, string path)
    {
        using var document = JsonDocument.Parse(envelope, Reading);
        var root = document.RootElement;
        var message = new AppProto.TopicEventRequest
        {
            Id = Text(root, "id"),
            Source = Text(root, "source"),
            Type = Text(root, "type"),
            SpecVersion = Text(root, "specversion"),
            DataContentType = Text(root, "datacontenttype"),
            Topic = topic,
            PubsubName = pubSubName,
            Path = path,
        };
        if (DataOf(root, message.DataContentType) is not { } data)
        {
            return null;
        }

        message.Data = data;
        foreach (var member in root.EnumerateObject())
        {
            if (member.Name is not ("id" or "source" or "type" or "specversion" or "datacontenttype" or "data" or "data_base64"))
            {
                message.Extensions ??= new Struct();
                message.Extensions.Fields[member.Name] = ToValue(member.Value);
            }
        }

        return message;
    }

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;

    /// <summary>JSON is written again as Go does, text is its characters, of other content types nothing is left.</summary>
    private static ByteString? DataOf(JsonElement root, string contentType)
    {
        if (root.TryGetProperty("data_base64", out var base64) && base64.ValueKind != JsonValueKind.Null)
        {
            return base64.ValueKind == JsonValueKind.String && base64.TryGetBytesFromBase64(out var bytes) ? UnsafeByteOperations.UnsafeWrap(bytes) : null;
        }

        if (!root.TryGetProperty("data", out var data) || data.ValueKind == JsonValueKind.Null)
        {
            return ByteString.Empty;
        }

        if (PubSub.ContentTypes.IsText(contentType))
        {
            return data.ValueKind == JsonValueKind.String ? ByteString.CopyFromUtf8(data.GetString()!) : null;
        }

        return PubSub.ContentTypes.IsJson(contentType) || PubSub.ContentTypes.IsCloudEvents(contentType)
            ? GoJson.Reencode(data, out _) is { } json ? UnsafeByteOperations.UnsafeWrap(json) : null
            : ByteString.Empty;
    }

    private static Value ToValue(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Value.ForString(element.GetString()!),
        JsonValueKind.Number => Value.ForNumber(element.GetDouble()),
        JsonValueKind.True => Value.ForBool(true),
        JsonValueKind.False => Value.ForBool(false),
        JsonValueKind.Array => Value.ForList([.. element.EnumerateArray().Select(ToValue)]),
        JsonValueKind.Object => Value.ForStruct(ToStruct(element)),
        _ => Value.ForNull(),
    };

    private static Struct ToStruct(JsonElement element)
    {
        var members = new Struct();
        foreach (var member in element.EnumerateObject())
        {
            members.Fields[member.Name] = ToValue(member.Value);
        }

        return members;
    }
}
