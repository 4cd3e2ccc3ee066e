using EmbeddedDapr.Actors;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.Configuration.Stores;
using EmbeddedDapr.Locks;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Secrets;
using EmbeddedDapr.State;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Components;

/// <summary>What a component may use besides its own metadata.</summary>
public sealed record ComponentContext
{
    /// <summary>The app whose sidecar loads it.</summary>
    public required string AppId { get; init; }

    /// <summary>Namespace of that app.</summary>
    public required string Namespace { get; init; }

    /// <summary>Clock and timers.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Loggers.</summary>
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>Reads an environment variable; tests and hosts pass their own.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>Relative paths in metadata are relative to this folder.</summary>
    public required string BaseDirectory { get; init; }
}

/// <summary>Makes a component of one type; completes once it can be used (not yet reading).</summary>
/// <typeparam name="T">Kind of component.</typeparam>
public delegate ValueTask<T> ComponentFactory<T>(ComponentSpec spec, ComponentContext context, CancellationToken cancellationToken);

/// <summary>Which component types exist, by <c>spec.type</c>. Filled at start, then only read.</summary>
public sealed class ComponentCatalog
{
    /// <summary><c>state.*</c>.</summary>
    public Dictionary<string, ComponentFactory<IStateStore>> StateStores { get; } = new(StringComparer.Ordinal);

    /// <summary><c>pubsub.*</c>.</summary>
    public Dictionary<string, ComponentFactory<IPubSubComponent>> PubSubs { get; } = new(StringComparer.Ordinal);

    /// <summary><c>bindings.*</c> that read.</summary>
    public Dictionary<string, ComponentFactory<IInputBinding>> InputBindings { get; } = new(StringComparer.Ordinal);

    /// <summary><c>bindings.*</c> that write.</summary>
    public Dictionary<string, ComponentFactory<IOutputBinding>> OutputBindings { get; } = new(StringComparer.Ordinal);

    /// <summary><c>secretstores.*</c>.</summary>
    public Dictionary<string, ComponentFactory<ISecretStore>> SecretStores { get; } = new(StringComparer.Ordinal);

    /// <summary><c>configuration.*</c>.</summary>
    public Dictionary<string, ComponentFactory<IConfigurationStore>> ConfigurationStores { get; } = new(StringComparer.Ordinal);

    /// <summary><c>lock.*</c>.</summary>
    public Dictionary<string, ComponentFactory<ILockStore>> LockStores { get; } = new(StringComparer.Ordinal);

    /// <summary>Makes the place for schedules (jobs) that no durable state store keeps; null: there is none.</summary>
    public Func<ComponentContext, IReminderStore>? Schedules { get; set; }
}

/// <summary>A component and its resource.</summary>
/// <typeparam name="T">Kind of component.</typeparam>
/// <param name="Spec">The resource.</param>
/// <param name="Instance">The component.</param>
public sealed record Loaded<T>(ComponentSpec Spec, T Instance);

/// <summary>The components of one app's sidecar, by name.</summary>
public sealed record SidecarComponents
{
    /// <summary>State stores.</summary>
    public IReadOnlyDictionary<string, Loaded<IStateStore>> StateStores { get; init; } = new Dictionary<string, Loaded<IStateStore>>();

    /// <summary>Pub/sub components.</summary>
    public IReadOnlyDictionary<string, Loaded<IPubSubComponent>> PubSubs { get; init; } = new Dictionary<string, Loaded<IPubSubComponent>>();

    /// <summary>Input bindings.</summary>
    public IReadOnlyDictionary<string, Loaded<IInputBinding>> InputBindings { get; init; } = new Dictionary<string, Loaded<IInputBinding>>();

    /// <summary>Output bindings.</summary>
    public IReadOnlyDictionary<string, Loaded<IOutputBinding>> OutputBindings { get; init; } = new Dictionary<string, Loaded<IOutputBinding>>();

    /// <summary>Secret stores.</summary>
    public IReadOnlyDictionary<string, Loaded<ISecretStore>> SecretStores { get; init; } = new Dictionary<string, Loaded<ISecretStore>>();

    /// <summary>Configuration stores.</summary>
    public IReadOnlyDictionary<string, Loaded<IConfigurationStore>> ConfigurationStores { get; init; } = new Dictionary<string, Loaded<IConfigurationStore>>();

    /// <summary>Lock stores.</summary>
    public IReadOnlyDictionary<string, Loaded<ILockStore>> LockStores { get; init; } = new Dictionary<string, Loaded<ILockStore>>();

    /// <summary>Where schedules lie that no durable state store keeps; null: nowhere.</summary>
    public IReminderStore? Schedules { get; init; }
}
