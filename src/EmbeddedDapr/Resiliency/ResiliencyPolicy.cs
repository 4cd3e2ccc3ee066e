using System.Diagnostics.CodeAnalysis;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace EmbeddedDapr.Resiliency;

/// <summary>
/// Retry around breaker around timeout around a call (contract section 9.1): each attempt has a timeout of its own, the breaker counts attempts, and an open breaker ends
/// the retries. Thread safe.
/// </summary>
public sealed class ResiliencyPolicy
{
    private static readonly ResiliencePropertyKey<long> Started = new("started");

    private readonly ResiliencePipeline<Attempt> _repeating;
    private readonly ResiliencePipeline<Attempt> _once;
    private readonly CircuitBreaker? _breaker;
    private readonly PolicyCounters _counters;
    private readonly bool _hasTimeout;
    private readonly bool _hasRetry;

    internal ResiliencyPolicy(TimeSpan? timeout, RetryRule? retry, CircuitBreaker? breaker, TimeProvider time, Func<double> random, PolicyCounters counters)
    {
        _breaker = breaker;
        _counters = counters;
        _hasTimeout = timeout is not null;
        _hasRetry = retry is { RetriesMax: not 0 };
        _once = Build(null);
        _repeating = _hasRetry ? Build(retry) : _once;

        [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Options are validated by their data annotations, and these have none.")]
        ResiliencePipeline<Attempt> Build(RetryRule? repeat)
        {
            var builder = new ResiliencePipelineBuilder<Attempt> { TimeProvider = time };
            if (repeat is not null)
            {
                builder.AddRetry(Retries(repeat, time, random, counters));
            }

            if (breaker is not null)
            {
                builder.AddStrategy(_ => new BreakerStrategy(breaker, counters), new BreakerOptions());
            }

            if (timeout is { } limit)
            {
                builder.AddTimeout(new TimeoutStrategyOptions { TimeoutGenerator = _ => new(limit), OnTimeout = _ => counters.TimedOutAsync() });
            }

            return builder.Build();
        }
    }

    /// <summary>Whether a failed call may be made again, so that what it sends must be kept.</summary>
    public bool MayRepeat => _hasRetry;

    /// <summary>Whether an attempt has a limited time.</summary>
    public bool HasTimeout => _hasTimeout;

    /// <summary>Calls, as often as the policy says.</summary>
    /// <typeparam name="TState">Type of the state.</typeparam>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="call">One attempt. Its token is cancelled by the timeout too. What it throws is a failed attempt; after the last one it is thrown to the caller.</param>
    /// <param name="judge">What an attempt's result means.</param>
    /// <param name="state">Given to each attempt.</param>
    /// <param name="repeatable">False: one attempt, whatever the policy says.</param>
    /// <param name="cancellationToken">The caller gives up.</param>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async ValueTask<PolicyResult<T>> ExecuteAsync<TState, T>(
        Func<TState, CancellationToken, ValueTask<T>> call,
        Func<T, Attempt> judge,
        TState state,
        bool repeatable,
        CancellationToken cancellationToken)
    {
        _counters.Executed(_hasTimeout, _hasRetry, _breaker);
        var execution = new Execution<TState, T>(call, judge, state);
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            var outcome = await (repeatable ? _repeating : _once).ExecuteOutcomeAsync(
                static async (context, execution) =>
                {
                    try
                    {
                        execution.Value = await execution.Call(execution.State, context.CancellationToken);
                        return Outcome.FromResult(execution.Judge(execution.Value));
                    }
                    catch (Exception exception)
                    {
                        return Outcome.FromException<Attempt>(exception);
                    }
                },
                context,
                execution);
            switch (outcome.Exception)
            {
                case null:
                    return new(execution.Value!, PolicyFault.None);
                case TimeoutRejectedException:
                    return new(default!, PolicyFault.TimedOut);
                case PolicyFaultException refused:
                    return new(default!, refused.Fault);
                default:
                    outcome.ThrowIfException();
                    throw outcome.Exception;
            }
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static RetryStrategyOptions<Attempt> Retries(RetryRule rule, TimeProvider time, Func<double> random, PolicyCounters counters) => new()
    {
        MaxRetryAttempts = rule.RetriesMax < 0 ? int.MaxValue : rule.RetriesMax,
        ShouldHandle = arguments => new(IsWorthRepeating(rule, arguments, time)),
        DelayGenerator = arguments => new(rule.IsExponential ? ExponentialBackOff.Delay(arguments.AttemptNumber, rule.IntervalMax, random()) : rule.Duration),
        OnRetry = _ => counters.RetriedAsync(),
    };

    private static bool IsWorthRepeating(RetryRule rule, in RetryPredicateArguments<Attempt> arguments, TimeProvider time)
    {
        if (rule.ElapsedMax is { } longest)
        {
            if (!arguments.Context.Properties.TryGetValue(Started, out var started))
            {
                arguments.Context.Properties.Set(Started, time.GetTimestamp());
            }
            else if (time.GetElapsedTime(started) >= longest)
            {
                return false;
            }
        }

        return arguments.Outcome.Exception switch
        {
            null => arguments.Outcome.Result is { IsFailure: true, IsFinal: false } attempt && rule.Repeats(attempt),
            PolicyFaultException => false,
            OperationCanceledException => !arguments.Context.CancellationToken.IsCancellationRequested,
            _ => true,
        };
    }

    private sealed class Execution<TState, T>(Func<TState, CancellationToken, ValueTask<T>> call, Func<T, Attempt> judge, TState state)
    {
        public Func<TState, CancellationToken, ValueTask<T>> Call => call;

        public Func<T, Attempt> Judge => judge;

        public TState State => state;

        public T? Value { get; set; }
    }

    private sealed class BreakerOptions : ResilienceStrategyOptions;

    /// <summary>Polly's own breakers count failure rates; daprd's decide by an expression over counts.</summary>
    private sealed class BreakerStrategy(CircuitBreaker breaker, PolicyCounters counters) : ResilienceStrategy<Attempt>
    {
        protected override async ValueTask<Outcome<Attempt>> ExecuteCore<TState>(
            Func<ResilienceContext, TState, ValueTask<Outcome<Attempt>>> callback,
            ResilienceContext context,
            TState state)
        {
            if (breaker.TryEnter(out var generation) is not PolicyFault.None and var fault)
            {
                return Outcome.FromException<Attempt>(new PolicyFaultException(fault));
            }

            var outcome = await callback(context, state);
            if (breaker.Leave(generation, outcome.Exception is not null || outcome.Result.IsFailure))
            {
                counters.BreakerChanged(breaker.State);
            }

            return outcome;
        }
    }
}
