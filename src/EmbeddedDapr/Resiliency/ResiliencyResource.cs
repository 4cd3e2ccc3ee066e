using EmbeddedDapr.Cel;

namespace EmbeddedDapr.Resiliency;

/// <summary>A <c>kind: Resiliency</c> as written, checked as a whole (contract section 9.1). Names of policies that nobody defines mean no policy.</summary>
public sealed record ResiliencyResource
{
    /// <summary><c>metadata.name</c>, for metrics.</summary>
    public required string Name { get; init; }

    /// <summary><c>metadata.namespace</c>, for metrics.</summary>
    public string Namespace { get; init; } = string.Empty;

    /// <summary>App ids; empty: all.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    internal IReadOnlyDictionary<string, TimeSpan> Timeouts { get; init; } = new Dictionary<string, TimeSpan>();

    internal IReadOnlyDictionary<string, RetryRule> Retries { get; init; } = new Dictionary<string, RetryRule>();

    internal IReadOnlyDictionary<string, BreakerRule> Breakers { get; init; } = new Dictionary<string, BreakerRule>();

    internal IReadOnlyDictionary<string, TargetRule> Apps { get; init; } = new Dictionary<string, TargetRule>();

    internal IReadOnlyDictionary<string, TargetRule> Actors { get; init; } = new Dictionary<string, TargetRule>();

    internal IReadOnlyDictionary<string, ComponentRule> Components { get; init; } = new Dictionary<string, ComponentRule>();
}

/// <summary><c>policies.retries.NAME</c>.</summary>
internal sealed record RetryRule
{
    public static readonly TimeSpan DefaultDuration = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan DefaultIntervalMax = TimeSpan.FromSeconds(60);

    /// <summary>Delays grow from <see cref="ExponentialBackOff.First"/> instead of staying at <see cref="Duration"/>.</summary>
    public bool IsExponential { get; init; }

    /// <summary>Delay of constant retries.</summary>
    public TimeSpan Duration { get; init; } = DefaultDuration;

    /// <summary>Longest delay of exponential retries.</summary>
    public TimeSpan IntervalMax { get; init; } = DefaultIntervalMax;

    /// <summary>Exponential retries end once this much time has gone by; null: never.</summary>
    public TimeSpan? ElapsedMax { get; init; }

    /// <summary>−1: no end.</summary>
    public int RetriesMax { get; init; } = -1;

    /// <summary>HTTP statuses that are repeated.</summary>
    public StatusRanges HttpStatuses { get; init; } = StatusRanges.All;

    /// <summary>gRPC codes that are repeated.</summary>
    public StatusRanges GrpcCodes { get; init; } = StatusRanges.All;

    /// <summary>Whether a failed attempt is worth another.</summary>
    public bool Repeats(in Attempt attempt) => attempt.Status switch
    {
        Attempt.NoStatus => true,
        < Attempt.FirstHttpStatus => GrpcCodes.Contains(attempt.Status),
        _ => HttpStatuses.Contains(attempt.Status),
    };
}

/// <summary><c>policies.circuitBreakers.NAME</c>.</summary>
internal sealed record BreakerRule
{
    public static readonly TimeSpan DefaultOpenTime = TimeSpan.FromSeconds(60);

    /// <summary>Policy name, the first part of component breakers' names.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>Calls let through in the half-open state, 1 or more.</summary>
    public int RequestsMax { get; init; } = 1;

    /// <summary>How often the counts of the closed state start anew; zero: never.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>How long it stays open.</summary>
    public TimeSpan OpenTime { get; init; } = DefaultOpenTime;

    /// <summary>When it opens; null: after more than five failures in a row.</summary>
    public CelExpression? Trip { get; init; }
}

/// <summary>Names of the policies of a target; null: none of that kind.</summary>
internal sealed record TargetRule(string? Timeout, string? Retry, string? Breaker, int BreakerCacheSize = 0, bool OneBreakerForType = false);

/// <summary>A component target.</summary>
internal sealed record ComponentRule(TargetRule Inbound, TargetRule Outbound);
