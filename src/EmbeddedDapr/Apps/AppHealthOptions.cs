namespace EmbeddedDapr.Apps;

/// <summary>How the health of an app is checked (daprd's <c>--app-health-…</c> flags).</summary>
public sealed record AppHealthOptions
{
    /// <summary>5 s.</summary>
    public static readonly TimeSpan DefaultProbeInterval = TimeSpan.FromSeconds(5);

    /// <summary>500 ms.</summary>
    public static readonly TimeSpan DefaultProbeTimeout = TimeSpan.FromMilliseconds(500);

    /// <summary>3.</summary>
    public const int DefaultThreshold = 3;

    /// <summary>Path of an HTTP app that is asked, <c>/healthz</c> by default.</summary>
    public string Path { get; init; } = "/healthz";

    /// <summary>From one probe to the next, 5 s by default.</summary>
    public TimeSpan ProbeInterval { get; init; } = DefaultProbeInterval;

    /// <summary>A probe that takes longer failed, 500 ms by default; not above <see cref="ProbeInterval"/>.</summary>
    public TimeSpan ProbeTimeout { get; init; } = DefaultProbeTimeout;

    /// <summary>So many failures in a row make the app unhealthy, 3 by default.</summary>
    public int Threshold { get; init; } = DefaultThreshold;
}
