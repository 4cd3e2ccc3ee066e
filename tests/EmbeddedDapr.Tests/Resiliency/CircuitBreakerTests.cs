using EmbeddedDapr.Cel;
using EmbeddedDapr.Resiliency;
using Microsoft.Extensions.Time.Testing;

namespace EmbeddedDapr.Tests.Resiliency;

public sealed class CircuitBreakerTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Without_an_expression_the_sixth_failure_in_a_row_opens_it()
    {
        var breaker = new CircuitBreaker(new BreakerRule(), _time);

        Fail(breaker, 5);
        Succeed(breaker);
        Fail(breaker, 5);
        Assert.Equal(BreakerState.Closed, breaker.State);

        Fail(breaker, 1);
        Assert.Equal(PolicyFault.BreakerOpen, breaker.TryEnter(out _));
    }

    [Fact]
    public void After_its_time_one_good_call_closes_it_and_a_bad_one_opens_it_again()
    {
        var breaker = Breaker("consecutiveFailures > 1");
        Fail(breaker, 2);

        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(BreakerState.HalfOpen, breaker.State);
        Fail(breaker, 1);
        Assert.Equal(BreakerState.Open, breaker.State);

        _time.Advance(TimeSpan.FromSeconds(61));
        Succeed(breaker);
        Assert.Equal(BreakerState.Closed, breaker.State);
    }

    [Fact]
    public void Half_open_it_lets_through_no_more_calls_than_it_may()
    {
        var breaker = Breaker("consecutiveFailures > 0", requestsMax: 2);
        Fail(breaker, 1);
        _time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal(PolicyFault.None, breaker.TryEnter(out var first));
        Assert.Equal(PolicyFault.None, breaker.TryEnter(out var second));
        Assert.Equal(PolicyFault.TooManyRequests, breaker.TryEnter(out _));

        Assert.False(breaker.Leave(first, failed: false));
        Assert.True(breaker.Leave(second, failed: false));
        Assert.Equal(BreakerState.Closed, breaker.State);
    }

    [Fact]
    public void A_result_that_comes_after_the_state_changed_does_not_count()
    {
        var breaker = Breaker("consecutiveFailures > 0");
        breaker.TryEnter(out var slow);
        Fail(breaker, 1);
        _time.Advance(TimeSpan.FromSeconds(61));

        Assert.False(breaker.Leave(slow, failed: true));
        Assert.Equal(BreakerState.HalfOpen, breaker.State);
    }

    [Fact]
    public void The_interval_clears_the_counts_of_the_closed_state()
    {
        var breaker = new CircuitBreaker(new BreakerRule { Interval = TimeSpan.FromSeconds(10), Trip = Trip("totalFailures > 2") }, _time);
        Fail(breaker, 2);
        _time.Advance(TimeSpan.FromSeconds(11));
        Fail(breaker, 2);

        Assert.Equal(BreakerState.Closed, breaker.State);
    }

    [Theory]
    [InlineData("requests >= 4 && totalFailures * 2 >= requests", true)]
    [InlineData("totalSuccesses == 2 && consecutiveFailures == 2", true)]
    [InlineData("requests", false)]
    [InlineData("unknown > 1", false)]
    public void An_expression_over_the_counts_decides_and_one_without_a_truth_value_never_opens_it(string trip, bool opens)
    {
        var breaker = Breaker(trip);

        Succeed(breaker);
        Succeed(breaker);
        Fail(breaker, 2);

        Assert.Equal(opens ? BreakerState.Open : BreakerState.Closed, breaker.State);
    }

    private static CelExpression Trip(string text) => CelExpression.Compile(text, out _)!;

    private static void Fail(CircuitBreaker breaker, int times)
    {
        for (var time = 0; time < times; time++)
        {
            Assert.Equal(PolicyFault.None, breaker.TryEnter(out var generation));
            breaker.Leave(generation, failed: true);
        }
    }

    private static void Succeed(CircuitBreaker breaker)
    {
        Assert.Equal(PolicyFault.None, breaker.TryEnter(out var generation));
        breaker.Leave(generation, failed: false);
    }

    private CircuitBreaker Breaker(string trip, int requestsMax = 1) => new(new BreakerRule { RequestsMax = requestsMax, Trip = Trip(trip) }, _time);
}
