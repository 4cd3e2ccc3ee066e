using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using EmbeddedDapr.Apps;

namespace EmbeddedDapr.Server.Process;

/// <summary>One flag.</summary>
/// <param name="Name">Name without dashes.</param>
/// <param name="RefusedByLibrary">A value of the wrong type is the flag library's fault to tell, before daprd looks at it.</param>
internal abstract record Flag(string Name, bool RefusedByLibrary)
{
    public virtual bool IsSwitch => false;
}

/// <summary>A flag with a value; <paramref name="Apply"/> gives null when the value is none.</summary>
internal sealed record ValueFlag(string Name, Func<DaprdFlags, string, DaprdFlags?> Apply, bool RefusedByLibrary = false) : Flag(Name, RefusedByLibrary);

/// <summary>A flag about app health checks.</summary>
internal sealed record HealthFlag(string Name, Func<AppHealthOptions, string, AppHealthOptions?> Apply) : Flag(Name, true);

/// <summary>A flag that is true when it stands there; null: without effect.</summary>
internal sealed record SwitchFlag(string Name, Func<DaprdFlags, bool, DaprdFlags>? Apply) : Flag(Name, true)
{
    public override bool IsSwitch => true;
}

/// <summary>A flag of daprd that means nothing here.</summary>
internal sealed record IgnoredFlag(string Name, bool Switches = false) : Flag(Name, Switches)
{
    public override bool IsSwitch => Switches;
}

/// <summary>Every flag of daprd, and those that are this program's own: <c>--data</c>, <c>--peers</c>, <c>--peer-folder</c>.</summary>
internal static class FlagTable
{
    public const string HealthCheck = "enable-app-health-check";
    public const string AppTls = "app-ssl";

    public static FrozenDictionary<string, Flag> All { get; } = List().ToFrozenDictionary(flag => flag.Name, StringComparer.Ordinal);

    /// <summary>A switch's value as Go reads it; null: none.</summary>
    public static bool? Switch(string value) => value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };

    /// <summary><c>ID=URL</c>, parted by commas; null: one of them is not that.</summary>
    private static Dictionary<string, int>? Peers(string value)
    {
        var peers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in Csv(value))
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !Uri.TryCreate(entry[(equals + 1)..], UriKind.Absolute, out var url) || url.Port <= 0)
            {
                return null;
            }

            peers[entry[..equals]] = url.Port;
        }

        return peers;
    }

    private static IEnumerable<Flag> List() =>
    [
        new ValueFlag("app-id", static (flags, value) => flags with { AppId = value }),
        new ValueFlag("app-port", static (flags, value) => Port(value, empty: 0) is { } port ? flags with { AppPort = port } : null),
        new ValueFlag("app-channel-address", static (flags, value) => flags with { AppHost = value.Length == 0 ? DaprdFlags.DefaultHost : value }),
        new ValueFlag("app-protocol", static (flags, value) =>
            value.ToLowerInvariant() is "" or "http" or "https" or "h2c" or "grpc" or "grpcs" ? flags with { AppProtocol = value.Length == 0 ? "http" : value.ToLowerInvariant() } : null),
        new ValueFlag("app-max-concurrency", static (flags, value) => Number(value) is { } calls ? flags with { AppConcurrencyMax = calls } : null, RefusedByLibrary: true),
        new ValueFlag("dapr-http-port", static (flags, value) => Port(value) is { } port ? flags with { HttpPort = port } : null),
        new ValueFlag("dapr-grpc-port", static (flags, value) => Port(value) is { } port ? flags with { GrpcPort = port } : null),
        new ValueFlag("dapr-internal-grpc-port", static (flags, value) => Port(value, empty: 0) is { } port ? flags with { InternalGrpcPort = port } : null),
        new ValueFlag("dapr-internal-grpc-listen-address", static (flags, value) => Addresses(value) is { } addresses ? flags with { InternalAddresses = addresses } : null),
        new ValueFlag("dapr-public-port", static (flags, value) => Port(value, empty: 0) is { } port ? flags with { PublicPort = port } : null),
        new ValueFlag("dapr-public-listen-address", static (flags, value) => Addresses(value) is { } addresses ? flags with { PublicAddresses = addresses } : null),
        new ValueFlag("metrics-port", static (flags, value) => Port(value) is { } port ? flags with { MetricsPort = port } : null),
        new ValueFlag("metrics-listen-address", static (flags, value) => Addresses(value) is { } addresses ? flags with { MetricsAddresses = addresses } : null),
        new ValueFlag("dapr-listen-addresses", static (flags, value) => Addresses(value) is { } addresses ? flags with { Addresses = addresses } : null),
        new ValueFlag("resources-path", static (flags, value) => flags with { ResourcesPaths = [.. flags.ResourcesPaths, .. Csv(value)] }),
        new ValueFlag("components-path", static (flags, value) => flags with { ResourcesPaths = [.. flags.ResourcesPaths, .. Csv(value)] }),
        new ValueFlag("config", static (flags, value) => flags with { Configurations = [.. flags.Configurations, .. Csv(value)] }),
        new ValueFlag("max-body-size", static (flags, value) => Quantity(value) is { } bytes ? flags with { BodyBytesMax = OrDefault(bytes) } : null),
        new ValueFlag("dapr-http-max-request-size", static (flags, value) =>
            Number(value) is { } mebibytes ? flags with { BodyBytesMax = OrDefault(mebibytes * 1024L * 1024L) } : null, RefusedByLibrary: true),
        new ValueFlag("read-buffer-size", static (flags, value) => Quantity(value) is { } bytes and > 0 and <= MaxHeaderBytes ? flags with { HeaderBytesMax = (int)bytes } : null),
        new ValueFlag("dapr-http-read-buffer-size", static (flags, value) =>
            Number(value) is { } kibibytes and > 0 and <= MaxHeaderBytes / 1024 ? flags with { HeaderBytesMax = kibibytes * 1024 } : null, RefusedByLibrary: true),
        new ValueFlag("dapr-graceful-shutdown-seconds", static (flags, value) =>
            Number(value) is { } seconds ? flags with { GracefulShutdown = TimeSpan.FromSeconds(Math.Max(0, seconds)) } : null, RefusedByLibrary: true),
        new ValueFlag("dapr-block-shutdown-duration", static (flags, value) => GoDuration.TryParse(value, out var time) ? flags with { BlockShutdown = time } : null, RefusedByLibrary: true),
        new ValueFlag("app-binding-options-timeout", static (flags, value) => GoDuration.TryParse(value, out var time) ? flags with { BindingOptionsTimeout = time } : null, RefusedByLibrary: true),
        new ValueFlag("allowed-origins", static (flags, value) => flags with { AllowedOrigins = Csv(value) }),
        new ValueFlag("disable-init-endpoints", static (flags, value) => flags with { DisabledInitEndpoints = [.. flags.DisabledInitEndpoints, .. Csv(value)] }),
        new ValueFlag("scheduler-host-address", static (flags, value) => flags with { SchedulerAddresses = [.. flags.SchedulerAddresses, .. Csv(value)] }),
        new ValueFlag("log-level", static (flags, value) => value is "debug" or "info" or "warn" or "error" or "fatal" ? flags with { LogLevel = value } : null),
        new ValueFlag("peers", static (flags, value) => Peers(value) is { } peers ? flags with { Peers = peers } : null),
        new ValueFlag("peer-folder", static (flags, value) => flags with { PeerFolder = value }),
        new ValueFlag("data", static (flags, value) => flags with { DataFolder = value }),
        new HealthFlag("app-health-check-path", static (health, value) => health with { Path = value.StartsWith('/') ? value : "/" + value }),
        new HealthFlag("app-health-probe-interval", static (health, value) =>
            Number(value) is { } seconds ? health with { ProbeInterval = seconds > 0 ? TimeSpan.FromSeconds(seconds) : AppHealthOptions.DefaultProbeInterval } : null),
        new HealthFlag("app-health-probe-timeout", static (health, value) =>
            Number(value) is { } milliseconds ? health with { ProbeTimeout = milliseconds > 0 ? TimeSpan.FromMilliseconds(milliseconds) : AppHealthOptions.DefaultProbeTimeout } : null),
        new HealthFlag("app-health-threshold", static (health, value) =>
            Number(value) is { } failures ? health with { Threshold = failures > 0 ? failures : AppHealthOptions.DefaultThreshold } : null),
        new SwitchFlag(HealthCheck, null),
        new SwitchFlag(AppTls, null),
        new SwitchFlag("enable-metrics", static (flags, on) => flags with { EnableMetrics = on }),
        new SwitchFlag("enable-api-logging", static (flags, on) => flags with { EnableApiLogging = on }),
        new SwitchFlag("log-as-json", static (flags, on) => flags with { LogAsJson = on }),
        new SwitchFlag("disable-actors", static (flags, on) => flags with { DisableActors = on }),
        new SwitchFlag("version", static (flags, on) => flags with { PrintVersion = on }),
        new SwitchFlag("build-info", static (flags, on) => flags with { PrintVersion = on }),
        new SwitchFlag("wait", static (flags, on) => flags with { WaitForSidecar = on }),

        // There is no control plane, no mTLS, no profiling server; the mode changes nothing.
        .. ((string[])["mode", "control-plane-address", "control-plane-namespace", "control-plane-trust-domain", "sentry-address", "sentry-request-jwt-audiences", "trust-anchors-file", "kubeconfig",
            "placement-host-address", "actors-service", "reminders-service", "scheduler-job-streams", "profile-port", "unix-domain-socket", "hot-reload-reconcile-interval"])
            .Select(name => new IgnoredFlag(name)),
        .. ((string[])["enable-profiling", "enable-mtls", "enable-actors", "disable-builtin-k8s-secret-store"]).Select(name => new IgnoredFlag(name, Switches: true)),
    ];

    private const int MaxHeaderBytes = 64 * 1024 * 1024;

    private static string[] Csv(string value) => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static int? Number(string value) => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static int? Port(string value, int? empty = null) => value.Length == 0 ? empty : Number(value) is { } port and >= 0 and <= ushort.MaxValue ? port : null;

    // No limit is no choice: 0 and less are the default (recorded: runtime-body-limit-off).
    private static long OrDefault(long bytes) => bytes > 0 ? bytes : DaprdFlags.DefaultBodyBytesMax;

    private static List<IPAddress>? Addresses(string value)
    {
        List<IPAddress> addresses = [];
        foreach (var text in Csv(value))
        {
            var plain = text.Trim('[', ']') is "localhost" ? DaprdFlags.DefaultHost : text.Trim('[', ']');
            if (!IPAddress.TryParse(plain, out var address))
            {
                return null;
            }

            addresses.Add(address);
        }

        return addresses.Count > 0 ? addresses : [IPAddress.Loopback];
    }

    /// <summary>A Kubernetes quantity: <c>4Mi</c>, <c>10M</c>, <c>1024</c>, <c>-1</c>.</summary>
    private static long? Quantity(string value)
    {
        (string Suffix, long Scale)[] units =
            [("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40), ("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000), (string.Empty, 1)];
        var unit = units.First(unit => value.EndsWith(unit.Suffix, StringComparison.Ordinal));
        return decimal.TryParse(value[..^unit.Suffix.Length], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && Math.Abs(number * unit.Scale) <= long.MaxValue ? (long)Math.Ceiling(number * unit.Scale) : null;
    }
}
