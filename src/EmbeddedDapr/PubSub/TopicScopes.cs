using EmbeddedDapr.Components;

namespace EmbeddedDapr.PubSub;

/// <summary>Which topics of a component an app may use in one direction (contract section 4.9). Immutable.</summary>
internal sealed class TopicScopes
{
    private readonly HashSet<string> _allowed;
    private readonly HashSet<string> _protected;
    private readonly HashSet<string>? _ofApp;

    private TopicScopes(ComponentMetadata metadata, string listName, string appId)
    {
        _allowed = Topics(metadata.Text("allowedTopics"));
        _protected = Topics(metadata.Text("protectedTopics"));
        _ofApp = OfApp(metadata.Text(listName), appId);
    }

    public static TopicScopes ForPublishing(ComponentMetadata metadata, string appId) => new(metadata, "publishingScopes", appId);

    public static TopicScopes ForSubscribing(ComponentMetadata metadata, string appId) => new(metadata, "subscriptionScopes", appId);

    /// <summary>The order of the checks is daprd's: allowed list, then the app's own list, which protected topics always need.</summary>
    public bool Allows(string topic)
    {
        if (_allowed.Count > 0 && !_allowed.Contains(topic))
        {
            return false;
        }

        return _ofApp is null ? !_protected.Contains(topic) : _ofApp.Contains(topic);
    }

    private static HashSet<string> Topics(string? list) => (list ?? string.Empty)
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .ToHashSet(StringComparer.Ordinal);

    private static HashSet<string>? OfApp(string? list, string appId)
    {
        foreach (var entry in (list ?? string.Empty).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0 && entry.AsSpan(0, equals).Trim().SequenceEqual(appId))
            {
                return Topics(entry[(equals + 1)..]);
            }
        }

        return null;
    }
}
