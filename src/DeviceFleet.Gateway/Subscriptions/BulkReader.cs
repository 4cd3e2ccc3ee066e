using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DeviceFleet.Gateway.Subscriptions;

/// <summary>A bulk message of the Dapr API (pub/sub, bulk subscribe), as far as the gateway reads it; an event is a CloudEvent.</summary>
internal sealed record EventBatch<TEvent>(IReadOnlyList<BatchEntry<TEvent>> Entries);

/// <summary>One of its entries.</summary>
internal sealed record BatchEntry<TEvent>(string EntryId, CloudEnvelope<TEvent>? Event);

/// <summary>A CloudEvent's part that matters here.</summary>
internal sealed record CloudEnvelope<TEvent>(TEvent? Data);

/// <summary>Reads bulk messages: all at once, or, when any entry is not as it should be, one by one.</summary>
internal sealed class BulkReader<TEvent>(JsonTypeInfo<TEvent> eventType, JsonTypeInfo<EventBatch<TEvent>> batchType)
    where TEvent : class
{
    /// <summary>The entries in order; an event of null could not be read.</summary>
    /// <exception cref="JsonException">The message as a whole is none.</exception>
    public IReadOnlyList<(string EntryId, TEvent? Event)> Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            var batch = JsonSerializer.Deserialize(body.Span, batchType) ?? throw new JsonException("An empty bulk message.");
            return [.. batch.Entries.Select(entry => (entry.EntryId, entry.Event?.Data))];
        }
        catch (JsonException)
        {
            return ReadOneByOne(body);
        }
    }

    private List<(string EntryId, TEvent? Event)> ReadOneByOne(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        if (!document.RootElement.TryGetProperty("entries", out var entries) || entries.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("A bulk message without entries.");
        }

        List<(string, TEvent?)> read = [];
        foreach (var entry in entries.EnumerateArray())
        {
            if (entry.TryGetProperty("entryId", out var id) && id.GetString() is { } entryId)
            {
                read.Add((entryId, TryReadEvent(entry)));
            }
        }

        return read;
    }

    private TEvent? TryReadEvent(JsonElement entry)
    {
        try
        {
            return entry.TryGetProperty("event", out var envelope) && envelope.ValueKind == JsonValueKind.Object && envelope.TryGetProperty("data", out var data)
                ? data.Deserialize(eventType)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
