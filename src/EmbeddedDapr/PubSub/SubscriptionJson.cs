using System.Text.Json;

namespace EmbeddedDapr.PubSub;

/// <summary>Reads an app's answer of <c>GET /dapr/subscribe</c> (contract section 4.4). Pure.</summary>
public static class SubscriptionJson
{
    /// <summary>Bulk size when the app names none.</summary>
    public const int BulkMessagesMax = 100;

    /// <summary>Bulk wait when the app names none.</summary>
    public static TimeSpan BulkAwaitMax { get; } = TimeSpan.FromMilliseconds(1000);

    /// <summary>The subscriptions; entries without component, topic or route are left out.</summary>
    /// <exception cref="JsonException">No JSON, or no array of objects.</exception>
    public static IReadOnlyList<AppSubscription> Parse(ReadOnlySpan<byte> json) => Parse(json, out _);

    /// <summary>The same, and how many entries were left out.</summary>
    /// <exception cref="JsonException">No JSON, or no array of objects.</exception>
    public static IReadOnlyList<AppSubscription> Parse(ReadOnlySpan<byte> json, out int dropped)
    {
        var reader = new Utf8JsonReader(json);
        using var document = JsonDocument.ParseValue(ref reader);
        dropped = 0;
        var subscriptions = new List<AppSubscription>();
        switch (document.RootElement.ValueKind)
        {
            case JsonValueKind.Null:
                return subscriptions;
            case not JsonValueKind.Array:
                throw new JsonException("subscriptions are not an array");
        }

        foreach (var entry in document.RootElement.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object)
            {
                throw new JsonException("a subscription is not an object");
            }

            if (Read(entry) is { } subscription)
            {
                subscriptions.Add(subscription);
            }
            else
            {
                dropped++;
            }
        }

        return subscriptions;
    }

    private static AppSubscription? Read(JsonElement entry)
    {
        var pubSub = Text(entry, "pubsubname");
        var topic = Text(entry, "topic");
        var rules = Rules(entry);
        if (pubSub.Length == 0 || topic.Length == 0 || rules.Count == 0)
        {
            return null;
        }

        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Member(entry, "metadata") is { ValueKind: JsonValueKind.Object } values)
        {
            foreach (var value in values.EnumerateObject())
            {
                metadata[value.Name] = value.Value.ValueKind == JsonValueKind.String ? value.Value.GetString()! : value.Value.GetRawText();
            }
        }

        var deadLetters = Text(entry, "deadLetterTopic");
        return new()
        {
            PubSubName = pubSub,
            Topic = topic,
            Rules = rules,
            Metadata = metadata,
            DeadLetterTopic = deadLetters.Length == 0 ? null : deadLetters,
            Bulk = Bulk(entry),
            Kind = SubscriptionKind.Programmatic,
        };
    }

    /// <summary><c>routes</c> wins over <c>route</c> when it has content; the default is the last rule, without an expression.</summary>
    private static List<RouteRule> Rules(JsonElement entry)
    {
        var rules = new List<RouteRule>();
        if (Member(entry, "routes") is { ValueKind: JsonValueKind.Object } routes)
        {
            if (Member(routes, "rules") is { ValueKind: JsonValueKind.Array } list)
            {
                foreach (var rule in list.EnumerateArray().Where(rule => rule.ValueKind == JsonValueKind.Object))
                {
                    rules.Add(new(Text(rule, "match"), Text(rule, "path")));
                }
            }

            if (Text(routes, "default") is { Length: > 0 } last)
            {
                rules.Add(new(string.Empty, last));
            }
        }

        if (rules.Count == 0 && Text(entry, "route") is { Length: > 0 } route)
        {
            rules.Add(new(string.Empty, route));
        }

        return rules;
    }

    private static BulkSubscribeOptions? Bulk(JsonElement entry)
    {
        if (Member(entry, "bulkSubscribe") is not { ValueKind: JsonValueKind.Object } bulk || Member(bulk, "enabled") is not { ValueKind: JsonValueKind.True })
        {
            return null;
        }

        var count = Number(bulk, "maxMessagesCount");
        var wait = Number(bulk, "maxAwaitDurationMs");
        return new(count > 0 ? count : BulkMessagesMax, wait > 0 ? TimeSpan.FromMilliseconds(wait) : BulkAwaitMax);
    }

    private static JsonElement? Member(JsonElement entry, string name)
    {
        foreach (var member in entry.EnumerateObject())
        {
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return member.Value;
            }
        }

        return null;
    }

    private static string Text(JsonElement entry, string name) => Member(entry, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : string.Empty;

    private static int Number(JsonElement entry, string name) =>
        Member(entry, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value) ? value : 0;
}
