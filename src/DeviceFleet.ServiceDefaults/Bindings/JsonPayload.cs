using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DeviceFleet.ServiceDefaults.Bindings;

/// <summary>Reads a payload that is one JSON object.</summary>
public static class JsonPayload
{
    /// <summary>What it holds; null when it is no such JSON, is not of that shape, or something follows it.</summary>
    public static TMessage? TryRead<TMessage>(IncomingMessage message, JsonTypeInfo<TMessage> type)
        where TMessage : class
    {
        try
        {
            var reader = new Utf8JsonReader(message.Payload);
            var read = JsonSerializer.Deserialize(ref reader, type);
            return reader.Read() ? null : read;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null; // InvalidOperation: a text that is no valid UTF-8
        }
    }
}
