namespace EmbeddedDapr.Components;

/// <summary>One <c>kind: Component</c> resource with its secrets and templates resolved (contract section 8.1).</summary>
public sealed record ComponentSpec
{
    /// <summary><c>metadata.name</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>spec.type</c>, such as <c>state.sqlite</c>.</summary>
    public required string Type { get; init; }

    /// <summary><c>spec.version</c>.</summary>
    public string Version { get; init; } = "v1";

    /// <summary><c>spec.metadata</c>; names match without regard to case.</summary>
    public required ComponentMetadata Metadata { get; init; }

    /// <summary>App ids that load it; empty: all.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary><c>spec.ignoreErrors</c>.</summary>
    public bool IgnoreErrors { get; init; }

    /// <summary><c>spec.initTimeout</c>, 5 s by default.</summary>
    public TimeSpan InitTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether an app loads it.</summary>
    public bool IsInScopeOf(string appId) => Scopes.Count == 0 || Scopes.Contains(appId, StringComparer.Ordinal);
}
