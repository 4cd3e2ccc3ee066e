using System.Globalization;
using System.Net;

namespace EmbeddedDapr.Server.Process;

/// <summary>The command line of daprd (contract section 1.1), as far as it means something here.</summary>
internal sealed record DaprdFlags
{
    private const string DefaultHost = "127.0.0.1";

    // Known to daprd and without effect here: there is no control plane, no metrics or profiling server, no mTLS.
    private static readonly HashSet<string> Accepted = new(StringComparer.Ordinal)
    {
        "allowed-origins", "app-health-check-path", "app-health-probe-interval", "app-health-probe-timeout", "app-health-threshold", "app-ssl",
        "control-plane-address", "control-plane-namespace", "control-plane-trust-domain", "dapr-block-shutdown-duration", "dapr-internal-grpc-listen-address",
        "dapr-internal-grpc-port", "dapr-public-listen-address", "dapr-public-port", "disable-init-endpoints", "enable-api-logging", "enable-app-health-check", "enable-metrics",
        "enable-mtls", "enable-profiling", "hot-reload-reconcile-interval", "kubeconfig", "log-as-json", "metrics-listen-address", "metrics-port", "mode",
        "placement-host-address", "actors-service", "reminders-service", "profile-port", "scheduler-host-address", "scheduler-job-streams", "sentry-address", "trust-anchors-file",
        "unix-domain-socket", "enable-actors", "disable-builtin-k8s-secret-store",
    };

    private static readonly HashSet<string> Switches = new(StringComparer.Ordinal)
    {
        "enable-profiling", "enable-mtls", "enable-metrics", "enable-api-logging", "enable-app-health-check", "log-as-json", "app-ssl", "disable-actors", "disable-builtin-k8s-secret-store",
    };

    public string AppId { get; init; } = string.Empty;

    public int AppPort { get; init; }

    public string AppHost { get; init; } = DefaultHost;

    public string AppProtocol { get; init; } = "http";

    public int AppConcurrencyMax { get; init; } = -1;

    public int HttpPort { get; init; } = 3500;

    public int GrpcPort { get; init; } = 50001;

    public IReadOnlyList<IPAddress> Addresses { get; init; } = [IPAddress.Loopback];

    public IReadOnlyList<string> ResourcesPaths { get; init; } = [];

    public long BodyBytesMax { get; init; } = 4 * 1024 * 1024;

    public int HeaderBytesMax { get; init; } = 4096;

    public TimeSpan GracefulShutdown { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan BindingOptionsTimeout { get; init; } = TimeSpan.FromSeconds(3);

    public bool DisableActors { get; init; }

    public string LogLevel { get; init; } = "info";

    /// <summary>Where relative paths of components start; a flag of this program alone.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Configuration files; nothing in them has an effect yet, but a missing one is a fault, as it is to daprd.</summary>
    public IReadOnlyList<string> Configurations { get; init; } = [];

    /// <summary>Flags that are known but do nothing.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>Reads the command line; every fault is reported, not only the first.</summary>
    public static (DaprdFlags Flags, IReadOnlyList<string> Faults) Parse(IReadOnlyList<string> args)
    {
        var flags = new DaprdFlags();
        List<string> faults = [];
        List<string> ignored = [];
        for (var index = 0; index < args.Count; index++)
        {
            var name = args[index].TrimStart('-');
            string? value = null;
            if (!args[index].StartsWith('-') || name.Length == 0)
            {
                faults.Add($"'{args[index]}' is no flag");
                continue;
            }

            if (name.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
            {
                (name, value) = (name[..equals], name[(equals + 1)..]);
            }
            else if (!Switches.Contains(name) && index + 1 < args.Count)
            {
                value = args[++index];
            }

            if (Accepted.Contains(name))
            {
                ignored.Add(name);
                continue;
            }

            if (Apply(flags, name, value ?? string.Empty) is { } applied)
            {
                flags = applied;
            }
            else
            {
                faults.Add($"flag --{name} is unknown, or '{value}' is no value for it");
            }
        }

        if (flags.AppId.Length == 0)
        {
            faults.Add("app-id parameter cannot be empty");
        }

        if (flags.AppId.Contains('.', StringComparison.Ordinal))
        {
            faults.Add($"app-id '{flags.AppId}' must not contain a dot");
        }

        faults.AddRange(flags.Configurations.Where(path => !File.Exists(path)).Select(path => $"configuration file '{path}' does not exist"));
        if (flags.AppPort > 0 && (flags.AppPort == flags.HttpPort || flags.AppPort == flags.GrpcPort))
        {
            faults.Add($"the app port {flags.AppPort} is also a port of the API");
        }

        return (flags with { Ignored = ignored }, faults);
    }

    private static DaprdFlags? Apply(DaprdFlags flags, string name, string value) => name switch
    {
        "app-id" => flags with { AppId = value },
        "app-port" => Number(value) is { } port ? flags with { AppPort = port } : null,
        "app-channel-address" => flags with { AppHost = value.Length == 0 ? DefaultHost : value },
        "app-protocol" => value is "" or "http" or "h2c" ? flags with { AppProtocol = value.Length == 0 ? "http" : value } : null,
        "app-max-concurrency" => Number(value) is { } calls ? flags with { AppConcurrencyMax = calls } : null,
        "dapr-http-port" => Number(value) is { } port ? flags with { HttpPort = port } : null,
        "dapr-grpc-port" => Number(value) is { } port ? flags with { GrpcPort = port } : null,
        "dapr-listen-addresses" => ParseAddresses(value) is { Count: > 0 } addresses ? flags with { Addresses = addresses } : null,
        "resources-path" or "components-path" => flags with { ResourcesPaths = [.. flags.ResourcesPaths, .. value.Split(',', StringSplitOptions.RemoveEmptyEntries)] },
        "max-body-size" => Quantity(value) is { } bytes ? flags with { BodyBytesMax = bytes } : null,
        "dapr-http-max-request-size" => Number(value) is { } mebibytes ? flags with { BodyBytesMax = mebibytes < 0 ? -1 : mebibytes * 1024L * 1024L } : null,
        "read-buffer-size" => Quantity(value) is { } bytes and <= int.MaxValue ? flags with { HeaderBytesMax = (int)bytes } : null,
        "dapr-http-read-buffer-size" => Number(value) is { } kibibytes ? flags with { HeaderBytesMax = kibibytes * 1024 } : null,
        "dapr-graceful-shutdown-seconds" => Number(value) is { } seconds ? flags with { GracefulShutdown = TimeSpan.FromSeconds(seconds) } : null,
        "app-binding-options-timeout" => GoDuration.TryParse(value, out var timeout) ? flags with { BindingOptionsTimeout = timeout } : null,
        "config" => flags with { Configurations = [.. flags.Configurations, .. value.Split(',', StringSplitOptions.RemoveEmptyEntries)] },
        "disable-actors" => value is "" or "true" or "1" or "t" ? flags with { DisableActors = true } : flags,
        "log-level" => flags with { LogLevel = value },
        "data" => flags with { DataFolder = value },
        _ => null,
    };

    private static int? Number(string value) => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static List<IPAddress>? ParseAddresses(string value)
    {
        List<IPAddress> addresses = [];
        foreach (var text in value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var plain = text.Trim('[', ']') is "localhost" ? DefaultHost : text.Trim('[', ']');
            if (!IPAddress.TryParse(plain, out var address))
            {
                return null;
            }

            addresses.Add(address);
        }

        return addresses;
    }

    /// <summary>A Kubernetes quantity: <c>4Mi</c>, <c>10M</c>, <c>1024</c>, <c>-1</c>.</summary>
    private static long? Quantity(string value)
    {
        (string Suffix, long Scale)[] units = [("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), (string.Empty, 1)];
        var unit = units.First(unit => value.EndsWith(unit.Suffix, StringComparison.Ordinal));
        return long.TryParse(value[..^unit.Suffix.Length], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number * unit.Scale : null;
    }
}
