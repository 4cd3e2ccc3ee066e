using EmbeddedDapr.Apps;
using EmbeddedDapr.Components;
using EmbeddedDapr.Diagnostics;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Runtime;

/// <summary>
/// What one app sees of the engine: its own components, tokens and API. The heads (HTTP, gRPC, in process) call the properties here and nothing else.
/// </summary>
public sealed partial class Sidecar
{
    /// <summary>As told at start.</summary>
    public required SidecarOptions Options { get; init; }

    /// <summary>The app; null: a sidecar without app.</summary>
    public IAppChannel? App { get; init; }

    /// <summary>Loaded components in this app's scope.</summary>
    public required SidecarComponents Components { get; init; }

    /// <summary>Declarative subscriptions and the rest of the resource files.</summary>
    public ResourceSet Resources { get; init; } = ResourceSet.Empty;

    /// <summary>Null: nothing is measured.</summary>
    public SidecarMetrics? Metrics { get; init; }

    /// <summary>Clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Loggers.</summary>
    public required ILoggerFactory Loggers { get; init; }
}
