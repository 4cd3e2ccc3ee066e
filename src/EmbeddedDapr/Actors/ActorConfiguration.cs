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
        if (root.TryGetProperty("entitiesConfig", out var configs) && configs.ValueKind == JsonValueKind.Array)
        {
            foreach (var config in configs.EnumerateArray())
            {
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
        element.TryGetProperty("entities", out var list) && list.ValueKind != JsonValueKind.Null
            ? [.. list.EnumerateArray().Select(name => name.GetString() ?? string.Empty)]
            : [];

    private static ActorTypeOptions Options(JsonElement element, bool strict)
    {
        var options = ActorTypeOptions.Default;
        if (element.TryGetProperty("actorIdleTimeout", out var idle) && idle.GetString() is { Length: > 0 } text)
        {
            if (GoDuration.TryParse(text, out var timeout))
            {
                options = options with { IdleTimeout = timeout };
            }
            else if (strict)
            {
                throw new FormatException($"actorIdleTimeout '{text}' is no duration");
            }
        }

        if (element.TryGetProperty("reentrancy", out var reentrancy) && reentrancy.ValueKind == JsonValueKind.Object)
        {
            var enabled = reentrancy.TryGetProperty("enabled", out var flag) && flag.ValueKind == JsonValueKind.True;
            var depth = reentrancy.TryGetProperty("maxStackDepth", out var max) && max.ValueKind == JsonValueKind.Number ? max.GetInt32() : options.StackDepthMax;
            options = options with { Reentrant = enabled, StackDepthMax = depth };
        }

        return options;
    }
}
