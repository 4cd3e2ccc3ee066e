namespace EmbeddedDapr.Runtime.Configuration;

/// <summary>The <c>spec</c> of one or more <c>kind: Configuration</c> files (contract section 8.2), as read. Immutable.</summary>
public sealed record RuntimeConfiguration
{
    /// <summary>What holds when no file is given: everything allowed, metrics on, no tracing settings.</summary>
    public static RuntimeConfiguration Default { get; } = new();

    /// <summary><c>spec.tracing</c>; null: absent, which is not the same as a sampling rate of 0.</summary>
    public TracingConfiguration? Tracing { get; init; }

    /// <summary><c>spec.metric</c>, or <c>spec.metrics</c>, which wins where both stand.</summary>
    public MetricsConfiguration Metrics { get; init; } = new();

    /// <summary><c>spec.secrets.scopes</c>; at most one a store.</summary>
    public IReadOnlyList<SecretScope> SecretScopes { get; init; } = [];

    /// <summary><c>spec.accessControl</c>; null: absent, everybody is allowed.</summary>
    public AccessControlConfiguration? AccessControl { get; init; }

    /// <summary><c>spec.features</c> by name: what is written, defaults not filled in.</summary>
    public IReadOnlyDictionary<string, bool> Features { get; init; } = new Dictionary<string, bool>();

    /// <summary><c>spec.api.allowed</c>.</summary>
    public IReadOnlyList<ApiRule> ApiAllowed { get; init; } = [];

    /// <summary><c>spec.api.denied</c>.</summary>
    public IReadOnlyList<ApiRule> ApiDenied { get; init; } = [];

    /// <summary><c>spec.components.deny</c>: component types that must not be loaded, as <c>type</c> or <c>type/version</c>.</summary>
    public IReadOnlyList<string> ComponentsDenied { get; init; } = [];

    /// <summary><c>spec.logging.apiLogging</c>.</summary>
    public ApiLoggingConfiguration ApiLogging { get; init; } = new();

    /// <summary><c>spec.workflow</c>.</summary>
    public WorkflowConfiguration Workflow { get; init; } = new();

    /// <summary>Whether a feature is on: what the file says, else the default of the 1.18 line.</summary>
    public bool HasFeature(string name) => Features.TryGetValue(name, out var enabled) ? enabled : RuntimeFeatures.OnByDefault.Contains(name, StringComparer.Ordinal);
}

/// <summary>Names of preview features, and which are on without being named.</summary>
public static class RuntimeFeatures
{
    /// <summary>Actor state may expire; off by default.</summary>
    public const string ActorStateTtl = "ActorStateTTL";

    /// <summary>Resource files are watched; on by default.</summary>
    public const string HotReload = "HotReload";

    /// <summary>A detail of workflows; on by default.</summary>
    public const string WorkflowsRemoteActivityReminder = "WorkflowsRemoteActivityReminder";

    /// <summary>What <c>/v1.0/metadata</c> lists when nothing is configured.</summary>
    public static IReadOnlyList<string> OnByDefault { get; } = [HotReload, WorkflowsRemoteActivityReminder];
}

/// <summary>One entry of <c>spec.api</c>.</summary>
/// <param name="Name">Group of the API, such as <c>state</c>; <c>*</c> has no meaning (recorded: runtime-api-denied-wildcard).</param>
/// <param name="Version"><c>v1.0</c>, <c>v1</c>, <c>v1.0-alpha1</c>, …</param>
/// <param name="Protocol"><c>http</c> or <c>grpc</c>; an entry counts for that head only.</param>
public sealed record ApiRule(string Name, string Version, string Protocol);

/// <summary>One entry of <c>spec.secrets.scopes</c>.</summary>
/// <param name="StoreName">The secret store.</param>
/// <param name="IsDeniedByDefault"><c>defaultAccess: deny</c>.</param>
/// <param name="Allowed"><c>allowedSecrets</c>; not empty: nothing else is allowed.</param>
/// <param name="Denied"><c>deniedSecrets</c>.</param>
public sealed record SecretScope(string StoreName, bool IsDeniedByDefault, IReadOnlyList<string> Allowed, IReadOnlyList<string> Denied)
{
    /// <summary>Whether the app may read a secret (contract section 7.1).</summary>
    public bool Allows(string secret) =>
        Allowed.Count > 0 ? Allowed.Contains(secret, StringComparer.Ordinal) : !Denied.Contains(secret, StringComparer.Ordinal) && !IsDeniedByDefault;
}

/// <summary><c>spec.logging.apiLogging</c>.</summary>
public sealed record ApiLoggingConfiguration
{
    /// <summary>Each API call is logged; null: as the flag <c>--enable-api-logging</c> says.</summary>
    public bool? IsEnabled { get; init; }

    /// <summary>Names of routes are logged, not URLs; off by default.</summary>
    public bool ObfuscatesUrls { get; init; }

    /// <summary>Health checks are not logged; on by default.</summary>
    public bool OmitsHealthChecks { get; init; } = true;
}

/// <summary><c>spec.accessControl</c> (contract section 6.3).</summary>
/// <param name="DefaultAction"><c>allow</c> or <c>deny</c>; empty: allow.</param>
/// <param name="TrustDomain">Trust domain; <c>public</c> by default.</param>
/// <param name="Policies">One a calling app.</param>
public sealed record AccessControlConfiguration(string DefaultAction, string TrustDomain, IReadOnlyList<AccessPolicy> Policies);

/// <summary>One entry of <c>spec.accessControl.policies</c>.</summary>
/// <param name="AppId">The calling app.</param>
/// <param name="DefaultAction"><c>allow</c> or <c>deny</c>.</param>
/// <param name="TrustDomain">Its trust domain.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Operations">What it may call.</param>
public sealed record AccessPolicy(string AppId, string DefaultAction, string TrustDomain, string Namespace, IReadOnlyList<AccessOperation> Operations);

/// <summary>One entry of <c>operations</c>.</summary>
/// <param name="Name">Path, may end with <c>/*</c> or <c>/**</c>.</param>
/// <param name="Verbs">HTTP verbs, <c>*</c> for all.</param>
/// <param name="Action"><c>allow</c> or <c>deny</c>.</param>
public sealed record AccessOperation(string Name, IReadOnlyList<string> Verbs, string Action);
