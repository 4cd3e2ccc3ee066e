namespace DeviceFleet.Architecture.Tests.Resources;

// Typed models of Dapr's resources (Dapr docs, "Resource specs"). Reading is strict: a member that is not here is a fault of the file.

internal sealed class ResourceMetadata
{
    public string Name { get; set; } = string.Empty;

    public string? Namespace { get; set; }
}

internal sealed class ComponentResource
{
    public string ApiVersion { get; set; } = string.Empty;

    public string Kind { get; set; } = string.Empty;

    public ResourceMetadata Metadata { get; set; } = new();

    public ComponentResourceSpec Spec { get; set; } = new();

    public ComponentAuth? Auth { get; set; }

    public List<string> Scopes { get; set; } = [];

    /// <summary>The plain value of a metadata entry; null when there is none.</summary>
    public string? Value(string name) => Entry(name)?.Value;

    public MetadataEntry? Entry(string name) => Spec.Metadata.SingleOrDefault(entry => entry.Name == name);

    public override string ToString() => Metadata.Name;
}

internal sealed class ComponentResourceSpec
{
    public string Type { get; set; } = string.Empty;

    public string Version { get; set; } = string.Empty;

    public bool IgnoreErrors { get; set; }

    public string? InitTimeout { get; set; }

    public List<MetadataEntry> Metadata { get; set; } = [];
}

internal sealed class MetadataEntry
{
    public string Name { get; set; } = string.Empty;

    public string? Value { get; set; }

    public SecretKeyReference? SecretKeyRef { get; set; }

    public string? EnvRef { get; set; }
}

internal sealed class SecretKeyReference
{
    public string Name { get; set; } = string.Empty;

    public string Key { get; set; } = string.Empty;
}

internal sealed class ComponentAuth
{
    public string SecretStore { get; set; } = string.Empty;
}

internal sealed class ResiliencyResource
{
    public string ApiVersion { get; set; } = string.Empty;

    public string Kind { get; set; } = string.Empty;

    public ResourceMetadata Metadata { get; set; } = new();

    public ResiliencySpec Spec { get; set; } = new();

    public List<string> Scopes { get; set; } = [];
}

internal sealed class ResiliencySpec
{
    public ResiliencyPolicies Policies { get; set; } = new();

    public ResiliencyTargets Targets { get; set; } = new();
}

internal sealed class ResiliencyPolicies
{
    public Dictionary<string, string> Timeouts { get; set; } = [];

    public Dictionary<string, RetryPolicy> Retries { get; set; } = [];
}

internal sealed class RetryPolicy
{
    public string Policy { get; set; } = "constant";

    public string? Duration { get; set; }

    public string? MaxInterval { get; set; }

    /// <summary>Endless when not given.</summary>
    public int MaxRetries { get; set; } = -1;
}

internal sealed class ResiliencyTargets
{
    public Dictionary<string, PolicyNames> Apps { get; set; } = [];

    public Dictionary<string, PolicyNames> Actors { get; set; } = [];

    public Dictionary<string, ComponentPolicies> Components { get; set; } = [];
}

internal sealed class ComponentPolicies
{
    public PolicyNames? Inbound { get; set; }

    public PolicyNames? Outbound { get; set; }
}

internal sealed class PolicyNames
{
    public string? Timeout { get; set; }

    public string? Retry { get; set; }
}

internal sealed class ConfigurationResource
{
    public string ApiVersion { get; set; } = string.Empty;

    public string Kind { get; set; } = string.Empty;

    public ResourceMetadata Metadata { get; set; } = new();

    public ConfigurationSpec Spec { get; set; } = new();
}

internal sealed class ConfigurationSpec
{
    public TracingSettings? Tracing { get; set; }

    public MetricsSettings? Metrics { get; set; }

    public SecretSettings? Secrets { get; set; }
}

internal sealed class TracingSettings
{
    public string? SamplingRate { get; set; }
}

internal sealed class MetricsSettings
{
    public bool Enabled { get; set; }

    public HttpMetricsSettings? Http { get; set; }
}

internal sealed class HttpMetricsSettings
{
    public bool IncreasedCardinality { get; set; }
}

internal sealed class SecretSettings
{
    public List<SecretScope> Scopes { get; set; } = [];
}

internal sealed class SecretScope
{
    public string StoreName { get; set; } = string.Empty;

    public string DefaultAccess { get; set; } = string.Empty;

    public List<string> AllowedSecrets { get; set; } = [];
}
