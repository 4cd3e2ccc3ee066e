namespace EmbeddedDapr.Resiliency;

/// <summary>What one attempt came to, as a policy sees it.</summary>
/// <param name="IsFailure">Counts against the breaker, and may be repeated.</param>
/// <param name="Status">HTTP status from 100 on, gRPC code below; <see cref="NoStatus"/>: neither.</param>
/// <param name="IsFinal">Fails, but another attempt would end the same way.</param>
public readonly record struct Attempt(bool IsFailure, int Status = Attempt.NoStatus, bool IsFinal = false)
{
    internal const int NoStatus = -1;
    internal const int FirstHttpStatus = 100;

    /// <summary>It went well.</summary>
    public static Attempt Done => default(Attempt) with { Status = NoStatus };

    /// <summary>It failed without a status.</summary>
    public static Attempt Failed => new(true);

    /// <summary>An app's answer: 200 to 399 is well (recorded: resiliency-app-retry-statuses).</summary>
    public static Attempt OfHttp(int status) => new(status is < 200 or > 399, status);

    /// <summary>Whether it went well, where nothing more is known.</summary>
    public static Attempt Of(bool isDone) => isDone ? Done : Failed;
}

/// <summary>Why a policy ended a call that has no result of its own.</summary>
public enum PolicyFault
{
    /// <summary>It did not: there is a result.</summary>
    None,

    /// <summary>The last attempt took longer than the timeout.</summary>
    TimedOut,

    /// <summary>The breaker is open; nothing was called.</summary>
    BreakerOpen,

    /// <summary>The breaker is half open and has let through what it may; nothing was called.</summary>
    TooManyRequests,
}

/// <summary>Texts of faults, as callers see them.</summary>
public static class PolicyFaults
{
    /// <summary>daprd's text.</summary>
    public static string Text(this PolicyFault fault) => fault switch
    {
        PolicyFault.None => string.Empty,
        PolicyFault.TimedOut => "context deadline exceeded",
        PolicyFault.BreakerOpen => "circuit breaker is open",
        PolicyFault.TooManyRequests => "too many requests",
    };
}

/// <summary>The last attempt's result, or why there is none.</summary>
/// <typeparam name="T">Type of the result.</typeparam>
/// <param name="Value">Result of the last attempt; default with a fault.</param>
/// <param name="Fault">Why there is none.</param>
public readonly record struct PolicyResult<T>(T Value, PolicyFault Fault);

/// <summary>A component was not reached because a policy said so, or took too long.</summary>
/// <param name="fault">Why.</param>
public sealed class PolicyFaultException(PolicyFault fault) : Exception(fault.Text())
{
    /// <summary>Why.</summary>
    public PolicyFault Fault { get; } = fault;
}
