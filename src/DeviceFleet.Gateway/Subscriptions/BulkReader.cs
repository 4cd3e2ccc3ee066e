using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DeviceFleet.Gateway.Subscriptions;

/// <summary>A bulk message of the Dapr API (pub/sub, bulk subscribe), as far as the gateway reads it; an event is a CloudEvent.</summary>
internal sealed record EventBatch<TEvent>(IReadOnlyList<BatchEntry<TEvent>> Entries);

/// <summary>One of its entries.</summary>
internal sealed record BatchEntry<TEvent>(string EntryId, CloudEnvelope<TEvent>? Event);

/// <summary>A CloudEvent's part that matters here.</summary>
internal sealed record CloudEnvelope<TEvent>(TEvent? Data);

/// <summary>Reads the bulk messages of one topic.</summary>
/// <typeparam name="TEvent">What its events have in common.</typeparam>
internal interface IBulkReader<TEvent>
    where TEvent : class
{
    /// <summary>The entries in order; an event of null could not be read.</summary>
    /// <exception cref="JsonException">The message as a whole is none.</exception>
    IReadOnlyList<(string EntryId, TEvent? Event)> Read(ReadOnlyMemory<byte> body);
}

/// <summary>Reads messages of one type: all at once, or, when any entry is not as it should be, one by one.</summary>
internal sealed class BulkReader<TEvent>(JsonTypeInfo<TEvent> eventType, JsonTypeInfo<EventBatch<TEvent>> batchType) : IBulkReader<TEvent>
    where TEvent : class
{
    public IReadOnlyList<(string EntryId, TEvent? Event)> Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            var batch = JsonSerializer.Deserialize(body.Span, batchType) ?? throw new JsonException("An empty bulk message.");
            return [.. batch.Entries.Select(entry => (entry.EntryId, entry.Event?.Data))];
        }
        catch (JsonException)
        {
            return BulkEntries.Read(body, envelope => envelope.TryGetProperty("data", out var data) ? data.Deserialize(eventType) : null);
        }
    }
}

/// <summary>Reads messages whose entries are of several types, each by the <c>type</c> of its CloudEvent. One of another type cannot be read.</summary>
internal sealed class TypedBulkReader(IReadOnlyDictionary<string, JsonTypeInfo> types) : IBulkReader<object>
{
    public IReadOnlyList<(string EntryId, object? Event)> Read(ReadOnlyMemory<byte> body) => BulkEntries.Read(body, ReadEvent);

    private object? ReadEvent(JsonElement envelope) =>
        envelope.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && types.TryGetValue(type.GetString()!, out var known)
        && envelope.TryGetProperty("data", out var data)
            ? data.Deserialize(known)
            : null;
}

/// <summary>Reads a bulk message entry by entry.</summary>
internal static class BulkEntries
{
    public static IReadOnlyList<(string EntryId, TEvent? Event)> Read<TEvent>(ReadOnlyMemory<byte> body, Func<JsonElement, TEvent?> read)
        where TEvent : class
    {
        using var document = JsonDocument.Parse(body);
        if (!document.RootElement.TryGetProperty("entries", out var entries) || entries.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("A bulk message without entries.");
        }

        List<(string, TEvent?)> events = [];
        foreach (var entry in entries.EnumerateArray())
        {
            if (entry.TryGetProperty("entryId", out var id) && id.GetString() is { } entryId)
            {
                events.Add((entryId, TryRead(entry, read)));
            }
        }

        return events;
    }

    private static TEvent? TryRead<TEvent>(JsonElement entry, Func<JsonElement, TEvent?> read)
        where TEvent : class
    {
        try
        {
            return entry.TryGetProperty("event", out var envelope) && envelope.ValueKind == JsonValueKind.Object ? read(envelope) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
