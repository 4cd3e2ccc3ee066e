using System.Net;
using EmbeddedDapr.Apps;

namespace EmbeddedDapr.Server.Process;

/// <summary>The command line of daprd (contract section 1.1, process contract section 2), as far as it means something here. How it is read: <see cref="FlagReader"/>.</summary>
internal sealed record DaprdFlags
{
    /// <summary>Where an app is looked for that does not say where it is.</summary>
    public const string DefaultHost = "127.0.0.1";

    /// <summary>Bytes of a body unless <c>--max-body-size</c> says otherwise.</summary>
    public const long DefaultBodyBytesMax = 4 * 1024 * 1024;

    public string AppId { get; init; } = string.Empty;

    /// <summary>0: there is no app.</summary>
    public int AppPort { get; init; }

    public string AppHost { get; init; } = DefaultHost;

    /// <summary><c>http</c>, <c>https</c>, <c>h2c</c>, <c>grpc</c> or <c>grpcs</c>.</summary>
    public string AppProtocol { get; init; } = "http";

    /// <summary>−1: no limit.</summary>
    public int AppConcurrencyMax { get; init; } = -1;

    /// <summary>Null: no health checks.</summary>
    public AppHealthOptions? AppHealth { get; init; }

    public int HttpPort { get; init; } = 3500;

    public int GrpcPort { get; init; } = 50001;

    /// <summary>0: a free one.</summary>
    public int InternalGrpcPort { get; init; }

    public IReadOnlyList<IPAddress> InternalAddresses { get; init; } = [IPAddress.Loopback];

    /// <summary>Port of the HTTP API of other sidecars by app id: the only ones that are meant by these ids. A flag of this program alone.</summary>
    public IReadOnlyDictionary<string, int> Peers { get; init; } = new Dictionary<string, int>();

    /// <summary>Folder in which sidecars find each other; null: one of the user's own. A flag of this program alone.</summary>
    public string? PeerFolder { get; init; }

    /// <summary>0: there is none.</summary>
    public int PublicPort { get; init; }

    public IReadOnlyList<IPAddress> PublicAddresses { get; init; } = [IPAddress.Loopback];

    public bool EnableMetrics { get; init; } = true;

    public int MetricsPort { get; init; } = 9090;

    public IReadOnlyList<IPAddress> MetricsAddresses { get; init; } = [IPAddress.Loopback];

    /// <summary>Where the API listens. Unlike daprd's, the default is this machine alone: who wants the API reachable from elsewhere says so.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [IPAddress.Loopback];

    public IReadOnlyList<string> ResourcesPaths { get; init; } = [];

    public IReadOnlyList<string> Configurations { get; init; } = [];

    public long BodyBytesMax { get; init; } = DefaultBodyBytesMax;

    public int HeaderBytesMax { get; init; } = 4096;

    public TimeSpan GracefulShutdown { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a stop waits, serving on, before it begins; zero: not at all.</summary>
    public TimeSpan BlockShutdown { get; init; }

    public TimeSpan BindingOptionsTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Empty: no CORS.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Questions to the app that are not asked: <c>config</c>, <c>subscribe</c>.</summary>
    public IReadOnlyList<string> DisabledInitEndpoints { get; init; } = [];

    /// <summary>Null: as the configuration says.</summary>
    public bool? EnableApiLogging { get; init; }

    public string LogLevel { get; init; } = "info";

    public bool LogAsJson { get; init; }

    public bool DisableActors { get; init; }

    /// <summary>Where schedulers would be; only metadata tells them.</summary>
    public IReadOnlyList<string> SchedulerAddresses { get; init; } = [];

    /// <summary>Where relative paths of components start; a flag of this program alone.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The version is printed, nothing is started.</summary>
    public bool PrintVersion { get; init; }

    /// <summary>The flags are printed, nothing is started.</summary>
    public bool PrintHelp { get; init; }

    /// <summary>The program waits for a sidecar on the HTTP port and ends, as <c>daprd --wait</c> does.</summary>
    public bool WaitForSidecar { get; init; }

    /// <summary>Flags that are known but do nothing, and words that are no flags.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>Reads the command line; every fault is reported, not only the first.</summary>
    public static ReadFlags Parse(IReadOnlyList<string> args) => new FlagReader().Read(args);
}

/// <summary>What came of a command line.</summary>
/// <param name="Flags">The flags; with faults, what could be read.</param>
/// <param name="Faults">Everything wrong with them.</param>
/// <param name="ExitCode">What the program ends with when there are faults: 2 for what daprd's flag library refuses, 1 for what daprd itself does (recorded: runtime-bad-flags).</param>
internal sealed record ReadFlags(DaprdFlags Flags, IReadOnlyList<string> Faults, int ExitCode)
{
    public void Deconstruct(out DaprdFlags flags, out IReadOnlyList<string> faults) => (flags, faults) = (Flags, Faults);
}
