namespace DeviceFleet.Workflows;

/// <summary>When a failed activity or child workflow is tried again. Delays are durable timers, and have no jitter, so that replay computes the same.</summary>
public class WorkflowRetryPolicy
{
    private static readonly TimeSpan MaxRetryIntervalDefault = TimeSpan.FromHours(1);

    /// <summary>A policy.</summary>
    /// <param name="maxNumberOfAttempts">1 or more, the first one counted.</param>
    /// <param name="firstRetryInterval">The delay before the second attempt; positive.</param>
    /// <param name="backoffCoefficient">What each further delay is multiplied by; 1 or more.</param>
    /// <param name="maxRetryInterval">No delay is longer; at least <paramref name="firstRetryInterval"/>. Null or infinite: no limit, though the first delay may then be an hour at most.</param>
    /// <param name="retryTimeout">
    /// No attempt begins later than this after the first, in the workflow's time; at least <paramref name="firstRetryInterval"/>. Null or infinite: no limit.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is out of its bounds.</exception>
    public WorkflowRetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxNumberOfAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstRetryInterval, TimeSpan.Zero);
        if (double.IsNaN(backoffCoefficient) || backoffCoefficient < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(backoffCoefficient), backoffCoefficient, "A delay must not become shorter.");
        }

        if (maxRetryInterval != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(maxRetryInterval ?? MaxRetryIntervalDefault, firstRetryInterval, nameof(maxRetryInterval));
        }

        var timeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(timeout, firstRetryInterval, nameof(retryTimeout));
        }

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval;
        RetryTimeout = timeout;
    }

    /// <summary>How often it is tried, the first attempt counted; 1 or more.</summary>
    public int MaxNumberOfAttempts { get; }

    /// <summary>The delay before the second attempt.</summary>
    public TimeSpan FirstRetryInterval { get; }

    /// <summary>What each further delay is multiplied by; 1 or more.</summary>
    public double BackoffCoefficient { get; }

    /// <summary>The longest delay; null: no limit.</summary>
    public TimeSpan? MaxRetryInterval { get; }

    /// <summary>How long after the first attempt the last one may begin; <see cref="Timeout.InfiniteTimeSpan"/>: no limit.</summary>
    public TimeSpan RetryTimeout { get; }

    /// <summary>
    /// Which failures are tried again; null: all. Not part of Dapr.Workflow. It must decide by the failure alone, since it runs in every replay.
    /// </summary>
    public Func<WorkflowTaskFailureDetails, bool>? ShouldRetry { get; init; }

    /// <summary>How long to wait before the next attempt; null if there is none.</summary>
    /// <param name="failures">How many attempts have failed; 1 or more.</param>
    /// <param name="sinceFirst">Time of the workflow since the first attempt began.</param>
    internal TimeSpan? DelayAfter(int failures, TimeSpan sinceFirst)
    {
        if (failures >= MaxNumberOfAttempts || (RetryTimeout != Timeout.InfiniteTimeSpan && sinceFirst >= RetryTimeout))
        {
            return null;
        }

        var milliseconds = FirstRetryInterval.TotalMilliseconds * Math.Pow(BackoffCoefficient, failures - 1);
        var delay = milliseconds < TimeSpan.MaxValue.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : TimeSpan.MaxValue;
        if (MaxRetryInterval is { } longest && longest != Timeout.InfiniteTimeSpan && delay > longest)
        {
            delay = longest;
        }

        return delay > TimeSpan.Zero ? delay : null;
    }
}
