namespace EmbeddedDapr.Runtime.Configuration;

/// <summary><c>spec.metric(s)</c> (contract sections 8.2, 10.2).</summary>
public sealed record MetricsConfiguration
{
    /// <summary>False: the metrics port answers, with nothing of the runtime's own on it (recorded: runtime-metrics-config-off).</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Refusals of the API are counted by their code; off by default.</summary>
    public bool RecordsErrorCodes { get; init; }

    /// <summary>Upper bounds of latency histograms in milliseconds, ascending; empty: daprd's.</summary>
    public IReadOnlyList<double> LatencyBuckets { get; init; } = [];

    /// <summary><c>http</c>.</summary>
    public HttpMetricsConfiguration Http { get; init; } = new();
}

/// <summary><c>spec.metric(s).http</c>: how many different label values the HTTP series may have.</summary>
public sealed record HttpMetricsConfiguration
{
    /// <summary>Each path is a label value of its own, but for keys and actor ids in paths of the API; on by default, as in daprd. Off, paths show only as templates.</summary>
    public bool IncreasedCardinality { get; init; } = true;

    /// <summary>Path templates such as <c>/orders/{id}</c>: a path that matches one is counted under it.</summary>
    public IReadOnlyList<string> PathMatching { get; init; } = [];

    /// <summary>The verb is left out of the labels; off by default.</summary>
    public bool ExcludesVerbs { get; init; }
}

/// <summary><c>spec.tracing</c> (contract section 10.1).</summary>
public sealed record TracingConfiguration
{
    /// <summary><c>samplingRate</c> as written, from <c>"0"</c> (tracing is off) to <c>"1"</c>; null or not a number: daprd's 0.0001.</summary>
    public string? SamplingRate { get; init; }

    /// <summary>Spans are written to the standard output.</summary>
    public bool WritesToStdout { get; init; }

    /// <summary><c>zipkin.endpointAddress</c>; null: none.</summary>
    public string? ZipkinEndpoint { get; init; }

    /// <summary><c>otel.endpointAddress</c>; null: none.</summary>
    public string? OtelEndpoint { get; init; }

    /// <summary><c>otel.protocol</c>: <c>grpc</c> or <c>http</c>; null: not given.</summary>
    public string? OtelProtocol { get; init; }

    /// <summary><c>otel.isSecure</c>: TLS; on by default.</summary>
    public bool OtelIsSecure { get; init; } = true;

    /// <summary><c>otel.headers</c>.</summary>
    public IReadOnlyDictionary<string, string> OtelHeaders { get; init; } = new Dictionary<string, string>();

    /// <summary>A sampling rate that parses as 0 or less turns tracing off (recorded: runtime-trace-off).</summary>
    public bool IsOff => double.TryParse(SamplingRate, System.Globalization.CultureInfo.InvariantCulture, out var rate) && rate <= 0;
}
