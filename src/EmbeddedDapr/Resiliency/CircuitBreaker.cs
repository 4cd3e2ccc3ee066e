using EmbeddedDapr.Cel;

namespace EmbeddedDapr.Resiliency;

/// <summary>State of a breaker; the names are those of the metric's label.</summary>
public enum BreakerState
{
    /// <summary>Calls go through and are counted.</summary>
    Closed,

    /// <summary>A few calls try whether the target has recovered.</summary>
    HalfOpen,

    /// <summary>No call goes through.</summary>
    Open,
}

/// <summary>
/// A circuit breaker as daprd's: counts of the closed state decide by an expression, evaluated at each failure, whether it opens; after a time some calls may try, and as
/// many successes in a row close it. A result that arrives after the state has changed does not count. Time comes in; thread safe.
/// </summary>
internal sealed class CircuitBreaker(BreakerRule rule, TimeProvider time)
{
    private const int DefaultFailuresMax = 5;

    private readonly Lock _gate = new();
    private Counts _counts;
    private BreakerState _state;
    private long _generation;
    private DateTimeOffset _expires = rule.Interval > TimeSpan.Zero ? time.GetUtcNow() + rule.Interval : DateTimeOffset.MaxValue;

    /// <summary>State now.</summary>
    public BreakerState State
    {
        get
        {
            lock (_gate)
            {
                Refresh_NeedsLock();
                return _state;
            }
        }
    }

    /// <summary>Asks to call; with <see cref="PolicyFault.None"/> the outcome must be told to <see cref="Leave"/> with the same generation.</summary>
    public PolicyFault TryEnter(out long generation)
    {
        lock (_gate)
        {
            Refresh_NeedsLock();
            generation = _generation;
            if (_state == BreakerState.Open)
            {
                return PolicyFault.BreakerOpen;
            }

            if (_state == BreakerState.HalfOpen && _counts.Requests >= rule.RequestsMax)
            {
                return PolicyFault.TooManyRequests;
            }

            _counts.Requests++;
            return PolicyFault.None;
        }
    }

    /// <summary>Tells the outcome of a call that was let through; true: the breaker has changed its state.</summary>
    public bool Leave(long generation, bool failed)
    {
        lock (_gate)
        {
            Refresh_NeedsLock();
            if (generation != _generation)
            {
                return false;
            }

            _counts.Count(failed);
            var next = (_state, failed) switch
            {
                (BreakerState.Closed, true) when Trips(_counts) => BreakerState.Open,
                (BreakerState.HalfOpen, true) => BreakerState.Open,
                (BreakerState.HalfOpen, false) when _counts.ConsecutiveSuccesses >= rule.RequestsMax => BreakerState.Closed,
                _ => _state,
            };
            if (next == _state)
            {
                return false;
            }

            Become_NeedsLock(next);
            return true;
        }
    }

    private void Refresh_NeedsLock()
    {
        if (time.GetUtcNow() <= _expires)
        {
            return;
        }

        // A closed breaker only counts anew, an open one lets calls try.
        Become_NeedsLock(_state == BreakerState.Open ? BreakerState.HalfOpen : _state);
    }

    private void Become_NeedsLock(BreakerState state)
    {
        _state = state;
        _generation++;
        _counts = default;
        _expires = state switch
        {
            BreakerState.Closed when rule.Interval > TimeSpan.Zero => time.GetUtcNow() + rule.Interval,
            BreakerState.Open => time.GetUtcNow() + rule.OpenTime,
            _ => DateTimeOffset.MaxValue,
        };
    }

    private bool Trips(in Counts counts)
    {
        if (rule.Trip is null)
        {
            return counts.ConsecutiveFailures > DefaultFailuresMax;
        }

        try
        {
            return rule.Trip.Evaluate(new CelScope("requests", counts.Requests, new("totalSuccesses", counts.TotalSuccesses, new("totalFailures", counts.TotalFailures,
                new("consecutiveSuccesses", counts.ConsecutiveSuccesses, new("consecutiveFailures", counts.ConsecutiveFailures, null)))))) is true;
        }
        catch (CelException)
        {
            // An expression that cannot be evaluated never opens the breaker.
            return false;
        }
    }

    private struct Counts
    {
        public long Requests;
        public long TotalSuccesses;
        public long TotalFailures;
        public long ConsecutiveSuccesses;
        public long ConsecutiveFailures;

        public void Count(bool failed)
        {
            if (failed)
            {
                (TotalFailures, ConsecutiveFailures, ConsecutiveSuccesses) = (TotalFailures + 1, ConsecutiveFailures + 1, 0);
            }
            else
            {
                (TotalSuccesses, ConsecutiveSuccesses, ConsecutiveFailures) = (TotalSuccesses + 1, ConsecutiveSuccesses + 1, 0);
            }
        }
    }
}
