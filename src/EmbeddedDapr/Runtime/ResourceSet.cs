using EmbeddedDapr.Components;
using EmbeddedDapr.Invocation;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Resiliency;

namespace EmbeddedDapr.Runtime;

/// <summary>What resource files say, parsed; secrets and templates in components are not resolved yet (they differ from app to app).</summary>
public sealed record ResourceSet
{
    /// <summary>Nothing.</summary>
    public static ResourceSet Empty { get; } = new();

    /// <summary>Components in file order.</summary>
    public IReadOnlyList<ComponentResource> Components { get; init; } = [];

    /// <summary>Declarative subscriptions in file order.</summary>
    public IReadOnlyList<SubscriptionResource> Subscriptions { get; init; } = [];

    /// <summary>Resiliency policies in file order.</summary>
    public IReadOnlyList<ResiliencyResource> Resiliencies { get; init; } = [];

    /// <summary>Services outside that can be invoked by name, in file order.</summary>
    public IReadOnlyList<HttpEndpointResource> HttpEndpoints { get; init; } = [];

    /// <summary>
    /// What could not be read, each as <c>file(line): why</c>. daprd skips such a document, says so in its log and goes on (recorded: runtime-yaml-syntax,
    /// runtime-yaml-types); a host that knows its files may refuse to start instead.
    /// </summary>
    public IReadOnlyList<string> Faults { get; init; } = [];
}

/// <summary>One metadata entry as written.</summary>
/// <param name="Name">Name.</param>
/// <param name="Value">Value, templates unresolved; null when it is a reference.</param>
/// <param name="SecretName"><c>secretKeyRef.name</c>.</param>
/// <param name="SecretKey"><c>secretKeyRef.key</c>; null: the same as the name.</param>
/// <param name="EnvironmentName"><c>envRef</c>.</param>
public sealed record MetadataEntry(string Name, string? Value, string? SecretName = null, string? SecretKey = null, string? EnvironmentName = null);

/// <summary>A <c>kind: Component</c> as written.</summary>
public sealed record ComponentResource
{
    /// <summary>Everything but metadata.</summary>
    public required ComponentSpec Spec { get; init; }

    /// <summary><c>spec.metadata</c>.</summary>
    public IReadOnlyList<MetadataEntry> Entries { get; init; } = [];

    /// <summary><c>auth.secretStore</c>.</summary>
    public string? SecretStore { get; init; }

    /// <summary><c>metadata.namespace</c>.</summary>
    public string? Namespace { get; init; }

    /// <summary>The file, for messages.</summary>
    public string Source { get; init; } = string.Empty;
}

/// <summary>A <c>kind: Subscription</c>, v1alpha1 or v2alpha1.</summary>
/// <param name="Subscription">What it says.</param>
/// <param name="Scopes">App ids; empty: all.</param>
public sealed record SubscriptionResource(AppSubscription Subscription, IReadOnlyList<string> Scopes);
