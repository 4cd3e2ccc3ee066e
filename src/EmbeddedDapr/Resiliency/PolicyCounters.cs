namespace EmbeddedDapr.Resiliency;

/// <summary>Tells an observer what the policy of one target does.</summary>
internal sealed class PolicyCounters(PolicyTable table, string flowDirection, string target)
{
    private const string TimeoutPolicy = "timeout";
    private const string RetryPolicy = "retry";
    private const string BreakerPolicy = "circuitbreaker";

    public void Executed(bool timeout, bool retry, CircuitBreaker? breaker)
    {
        if (table.Observer is not { } observer)
        {
            return;
        }

        if (timeout)
        {
            observer.Executed(Event(TimeoutPolicy, null));
        }

        if (retry)
        {
            observer.Executed(Event(RetryPolicy, null));
        }

        if (breaker is not null)
        {
            observer.Executed(Event(BreakerPolicy, breaker.State));
        }
    }

    public ValueTask TimedOutAsync()
    {
        table.Observer?.Activated(Event(TimeoutPolicy, null));
        return default;
    }

    public ValueTask RetriedAsync()
    {
        table.Observer?.Activated(Event(RetryPolicy, null));
        return default;
    }

    public void BreakerChanged(BreakerState state) => table.Observer?.Activated(Event(BreakerPolicy, state));

    private PolicyEvent Event(string policy, BreakerState? status) => new(table.Resource, table.Namespace, policy, flowDirection, target, status);
}
