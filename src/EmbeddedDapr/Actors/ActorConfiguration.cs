using System.Text.Json;

namespace EmbeddedDapr.Actors;

/// <summary>How actors of one type behave.</summary>
public sealed record ActorTypeOptions
{
    /// <summary>daprd's defaults.</summary>
    public static ActorTypeOptions Default { get; } = new();

    /// <summary>Idle time after the end of the last turn until deactivation, 60 min by default.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>Whether calls of one chain may enter a turn again; off by default.</summary>
    public bool Reentrant { get; init; }

    /// <summary>Most calls of one chain inside one turn, 32 by default.</summary>
    public int StackDepthMax { get; init; } = 32;
}

/// <summary>The app's answer to <c>GET /dapr/config</c> (contract section 2.2).</summary>
public sealed record ActorConfiguration
{
    /// <summary>No actors.</summary>
    public static ActorConfiguration None { get; } = new();

    /// <summary>Hosted types, each with its options.</summary>
    public IReadOnlyDictionary<string, ActorTypeOptions> Types { get; init; } = new Dictionary<string, ActorTypeOptions>(StringComparer.Ordinal);

    /// <summary>Types with options of their own that <c>entities</c> does not name; they are not hosted.</summary>
    public IReadOnlyList<string> NotHosted { get; init; } = [];

    /// <summary>Reads the answer.</summary>
    /// <exception cref="FormatException">No JSON object, wrong types, or a global duration that is none: daprd then registers no type at all.</exception>
    public static ActorConfiguration Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new FormatException($"the answer to /dapr/config cannot be read: {exception.Message}", exception);
        }
    }

    private static ActorConfiguration Read(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Null)
        {
            return None;
        }

        var entities = Names(root);
        var common = Options(root, strict: true);
        var types = entities.Distinct(StringComparer.Ordinal).ToDictionary(entity => entity, _ => common, StringComparer.Ordinal);
        var notHosted = new List<string>();
        if (Member(root, "entitiesConfig", JsonValueKind.Array) is { } configs)
        {
            foreach (var config in configs.EnumerateArray())
            {
                if (config.ValueKind == JsonValueKind.Null)
                {
                    continue;
                }

                // A type named here takes nothing from the global settings: they are replaced, not merged.
                var own = Options(config, strict: false);
                foreach (var name in Names(config))
                {
                    if (types.ContainsKey(name))
                    {
                        types[name] = own;
                    }
                    else
                    {
                        notHosted.Add(name);
                    }
                }
            }
        }

        return new ActorConfiguration { Types = types, NotHosted = notHosted };
    }

    private static List<string> Names(JsonElement element) =>
        Member(element, "entities", JsonValueKind.Array) is { } list ? [.. list.EnumerateArray().Select(name => name.GetString() ?? string.Empty)] : [];

    private static ActorTypeOptions Options(JsonElement element, bool strict)
    {
        var options = ActorTypeOptions.Default;
        if (Duration(element, "actorIdleTimeout", strict) is { } idle)
        {
            options = options with { IdleTimeout = idle };
        }

        // Read for their faults alone: nobody is drained here, since no other host takes over.
        Duration(element, "drainOngoingCallTimeout", strict);
        Flag(element, "drainRebalancedActors");
        Number(element, "remindersStoragePartitions");
        if (Member(element, "reentrancy", JsonValueKind.Object) is { } reentrancy)
        {
            options = options with { Reentrant = Flag(reentrancy, "enabled"), StackDepthMax = Number(reentrancy, "maxStackDepth") ?? options.StackDepthMax };
        }

        return options;
    }

    /// <summary>A member, null when it is absent or null.</summary>
    /// <exception cref="FormatException">It is of another kind: Go's decoder then fails for the whole answer.</exception>
    private static JsonElement? Member(JsonElement element, string name, params ReadOnlySpan<JsonValueKind> kinds)
    {
        if (!element.TryMember(name, out var member) || member.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return kinds.Contains(member.ValueKind) ? member : throw new FormatException($"{name} must not be {GoJson.KindName(member.ValueKind)}");
    }

    private static bool Flag(JsonElement element, string name) => Member(element, name, JsonValueKind.True, JsonValueKind.False) is { ValueKind: JsonValueKind.True };

    private static int? Number(JsonElement element, string name) => Member(element, name, JsonValueKind.Number) is not { } member ? null
        : member.TryGetInt32(out var number) ? number
        : throw new FormatException($"{name} must be a whole number");

    /// <summary>Null: none, or one that cannot be read where that is not <paramref name="strict"/>.</summary>
    private static TimeSpan? Duration(JsonElement element, string name, bool strict)
    {
        if (Member(element, name, JsonValueKind.String)?.GetString() is not { Length: > 0 } text)
        {
            return null;
        }

        return GoDuration.TryParse(text, out var duration) ? duration
            : strict ? throw new FormatException($"{name} '{text}' is no duration")
            : null;
    }
}
