using EmbeddedDapr.Apps;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.Jobs;
using EmbeddedDapr.Peers;
using EmbeddedDapr.Runtime.Configuration;
using EmbeddedDapr.Workflows;

namespace EmbeddedDapr.Runtime;

/// <summary>What one app's sidecar is told at start.</summary>
public sealed record SidecarOptions
{
    /// <summary>App id.</summary>
    public required string AppId { get; init; }

    /// <summary>Token that callers of the API must show (<c>DAPR_API_TOKEN</c>); null: none.</summary>
    public string? ApiToken { get; init; }

    /// <summary>Token shown to the app on every call (<c>APP_API_TOKEN</c>); null: none.</summary>
    public string? AppApiToken { get; init; }

    /// <summary>Namespace; <c>default</c> unless the environment says otherwise.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>Sidecars in other processes of this machine; null: they are not looked for.</summary>
    public IPeers? Peers { get; init; }

    /// <summary>Address of this host, as callees see it (<c>DAPR_HOST_IP</c>); loopback by default.</summary>
    public string HostAddress { get; init; } = "127.0.0.1";

    /// <summary>Largest body in bytes, 4 MiB by default; −1: no limit.</summary>
    public long BodyBytesMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>Most calls into the app at one time over all features; −1: no limit (daprd's <c>--app-max-concurrency</c>).</summary>
    public int AppConcurrencyMax { get; init; } = -1;

    /// <summary>Bounds and retries of input bindings.</summary>
    public InputBindingPumpOptions InputBindings { get; init; } = new();

    /// <summary>Bounds of the workflow engine.</summary>
    public WorkflowEngineOptions Workflows { get; init; } = new();

    /// <summary>What Configuration files say.</summary>
    public RuntimeConfiguration Configuration { get; init; } = RuntimeConfiguration.Default;

    /// <summary>Whether and how the app's health is checked; null: it counts as healthy (daprd's <c>--enable-app-health-check</c>).</summary>
    public AppHealthOptions? AppHealth { get; init; }

    /// <summary>How the app is probed, true: it is well; null: by <c>GET</c> of <see cref="AppHealthOptions.Path"/>, any 2xx. Used with <see cref="AppHealth"/> only.</summary>
    public Func<CancellationToken, ValueTask<bool>>? AppProbe { get; init; }

    /// <summary>Questions that the app is not asked at start: <c>config</c>, <c>subscribe</c> (daprd's <c>--disable-init-endpoints</c>).</summary>
    public IReadOnlyList<string> DisabledInitEndpoints { get; init; } = [];

    /// <summary>Addresses of schedulers as told, for metadata; none is ever called.</summary>
    public IReadOnlyList<string> SchedulerAddresses { get; init; } = [];

    /// <summary>Bounds of jobs.</summary>
    public JobOptions Jobs { get; init; } = new();

    /// <summary>Subscriptions to settings at one time, 1,024 by default; further ones are refused.</summary>
    public int ConfigurationSubscriptionsMax { get; init; } = 1024;

    /// <summary>Changes that one such subscription may be behind, 1,024 by default; beyond that it hears of each changed key once.</summary>
    public int ConfigurationChangesMax { get; init; } = 1024;

    /// <summary>Measures are taken, if <see cref="Configuration"/> does not say otherwise; off by default, so that nobody pays for what nobody reads.</summary>
    public bool IsMeasured { get; init; }

    /// <summary>Port of the app, for metadata; 0: none, or in process.</summary>
    public int AppPort { get; init; }

    /// <summary>Address of the app, for metadata.</summary>
    public string AppHost { get; init; } = "127.0.0.1";

    /// <summary>Protocol of the app, for metadata.</summary>
    public string AppProtocol { get; init; } = "http";

    /// <summary>No actors: nothing is hosted, and every call of the actor API is refused (daprd's <c>--disable-actors</c>). Off by default.</summary>
    public bool ActorsDisabled { get; init; }
}
