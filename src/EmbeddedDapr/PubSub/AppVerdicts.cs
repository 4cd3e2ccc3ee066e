using System.Text.Json;
using EmbeddedDapr.Apps;

namespace EmbeddedDapr.PubSub;

/// <summary>Reads what an app answers to deliveries (contract sections 4.6, 4.7). Pure.</summary>
internal static class AppVerdicts
{
    private const int NotFound = 404;

    public static EventFate OfOne(AppResponse response)
    {
        if (response.Status is < 200 or > 299)
        {
            return response.Status == NotFound ? EventFate.Dropped : EventFate.Failed;
        }

        if (response.Body.IsEmpty)
        {
            return EventFate.Taken;
        }

        try
        {
            var reader = new Utf8JsonReader(response.Body.Span);
            return JsonDocument.TryParseValue(ref reader, out var document) ? OfStatus(document, absent: EventFate.Taken) : EventFate.Taken;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the second: half of a surrogate pair in a text
        {
            return EventFate.Taken;
        }
    }

    /// <summary>Fates by entry id; null: <paramref name="all"/> holds for every entry.</summary>
    public static IReadOnlyDictionary<string, EventFate>? OfMany(AppResponse response, out EventFate all)
    {
        all = response.Status == NotFound ? EventFate.Dropped : EventFate.Failed;
        if (response.Status is < 200 or > 299 || response.Body.IsEmpty)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(response.Body);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("statuses", out var statuses)
                || statuses.ValueKind != JsonValueKind.Array)
            {
                return null;
            }

            var fates = new Dictionary<string, EventFate>(statuses.GetArrayLength(), StringComparer.Ordinal);
            foreach (var status in statuses.EnumerateArray())
            {
                if (status.ValueKind == JsonValueKind.Object
                    && status.TryGetProperty("entryId", out var id)
                    && id.ValueKind == JsonValueKind.String)
                {
                    fates[id.GetString()!] = Status(status, absent: EventFate.Failed);
                }
            }

            return fates;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the second: half of a surrogate pair in a text
        {
            return null;
        }
    }

    private static EventFate OfStatus(JsonDocument document, EventFate absent)
    {
        using (document)
        {
            return document.RootElement.ValueKind == JsonValueKind.Object ? Status(document.RootElement, absent) : absent;
        }
    }

    /// <summary>A word that is none of these counts as a failure, and case matters.</summary>
    private static EventFate Status(JsonElement answer, EventFate absent) =>
        !answer.TryGetProperty("status", out var status) || status.ValueKind != JsonValueKind.String
            ? absent
            : status.GetString() switch
            {
                "" => absent,
                "SUCCESS" => EventFate.Taken,
                "DROP" => EventFate.Dropped,
                _ => EventFate.Failed,
            };
}
