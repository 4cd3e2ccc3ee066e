using EmbeddedDapr.Resiliency;
using EmbeddedDapr.Runtime;
using Microsoft.Extensions.Time.Testing;

namespace EmbeddedDapr.Tests.Resiliency;

public sealed class ResiliencyPoliciesTests
{
    private const string Head = "apiVersion: dapr.io/v1alpha1\nkind: Resiliency\nmetadata: { name: r }\n";
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.Zero };

    [Fact]
    public void Without_resources_there_is_no_policy_for_anything()
    {
        var policies = Policies();

        Assert.Null(policies.ForApp("app2", "x"));
        Assert.Null(policies.ForActorCall("T", "1"));
        Assert.Null(policies.ForActorTurn("T"));
        Assert.Null(policies.ForOutput("store", ComponentKind.Statestore));
        Assert.Null(policies.ForInput("pubsub", ComponentKind.Pubsub));
    }

    [Theory]
    [InlineData("DefaultRetryPolicy: { duration: 0s, maxRetries: 7 }", 8)]
    [InlineData("DefaultComponentRetryPolicy: { duration: 0s, maxRetries: 6 }\n      DefaultRetryPolicy: { maxRetries: 1 }", 7)]
    [InlineData("DefaultComponentInboundRetryPolicy: { duration: 0s, maxRetries: 5 }\n      DefaultComponentRetryPolicy: { maxRetries: 1 }", 6)]
    [InlineData("DefaultPubsubComponentInboundRetryPolicy: { duration: 0s, maxRetries: 2 }\n      DefaultComponentInboundRetryPolicy: { maxRetries: 1 }", 3)]
    [InlineData("DefaultPubsubComponentOutboundRetryPolicy: { duration: 0s, maxRetries: 2 }", 0)]
    public async Task The_most_specific_default_counts(string retries, int attempts)
    {
        var policy = Policies($"spec:\n  policies:\n    retries:\n      {retries}\n").ForInput("pubsub", ComponentKind.Pubsub);

        Assert.Equal(attempts, policy is null ? 0 : await CountAsync(policy, Attempt.Failed));
    }

    [Fact]
    public void A_target_that_is_named_has_nothing_from_the_defaults()
    {
        var policies = Policies(
            "spec:\n  policies:\n    timeouts: { DefaultTimeoutPolicy: 1s }\n  targets:\n    apps: { app2: {} }\n    components: { web: { inbound: { timeout: DefaultTimeoutPolicy } } }\n");

        Assert.Null(policies.ForApp("app2", "x"));
        Assert.NotNull(policies.ForApp("app3", "x"));
        Assert.Null(policies.ForOutput("web", ComponentKind.Binding));
        Assert.NotNull(policies.ForInput("web", ComponentKind.Binding));
    }

    [Theory]
    [InlineData("retries: { r: { policy: linear } }")]
    [InlineData("retries: { r: { duration: soon } }")]
    [InlineData("retries: { r: { maxRetries: some } }")]
    [InlineData("retries: { r: { matching: { httpStatusCodes: \"429, 500\" } } }")]
    [InlineData("retries: { r: { matching: { httpStatusCodes: 5xx } } }")]
    [InlineData("retries: { r: { matching: { gRPCStatusCodes: \"17\" } } }")]
    [InlineData("timeouts: { t: later }")]
    [InlineData("circuitBreakers: { b: { trip: \"sometimes >\" } }")]
    public void A_resource_with_a_mistake_has_no_effect(string policy)
    {
        var read = ResourceLoader.Parse("r.yaml", $"{Head}spec:\n  policies:\n    {policy}\n  targets:\n    apps: {{ app2: {{ timeout: t }} }}\n");

        Assert.Empty(read.Resiliencies);
        Assert.Single(read.Faults);
    }

    [Theory]
    [InlineData("httpStatusCodes: \"429,500-502\"", 429, true)]
    [InlineData("httpStatusCodes: \"429,500-502\"", 503, false)]
    [InlineData("httpStatusCodes: \"503\"", 13, true)]
    [InlineData("gRPCStatusCodes: \"14\"", 500, true)]
    [InlineData("gRPCStatusCodes: \"14\"", 13, false)]
    [InlineData("gRPCStatusCodes: \"2,13-14\"", 14, true)]
    public async Task Matching_says_which_failures_are_repeated(string matching, int status, bool repeated)
    {
        var policy = Policies(
            $"spec:\n  policies:\n    retries: {{ r: {{ duration: 0s, maxRetries: 1, matching: {{ {matching} }} }} }}\n  targets:\n    apps: {{ app2: {{ retry: r }} }}\n").ForApp("app2", "x")!;

        Assert.Equal(repeated ? 2 : 1, await CountAsync(policy, new Attempt(true, status)));
    }

    [Fact]
    public async Task An_open_breaker_ends_the_retries_and_is_the_result()
    {
        var policy = Policies(
            "spec:\n  policies:\n    retries: { r: { duration: 0s, maxRetries: 5 } }\n    circuitBreakers: { b: { trip: consecutiveFailures > 2 } }\n  targets:\n    apps: { app2: { retry: r, circuitBreaker: b } }\n")
            .ForApp("app2", "x")!;
        var calls = 0;

        var result = await policy.ExecuteAsync((_, _) => ValueTask.FromResult(++calls), _ => Attempt.Failed, 0, repeatable: true, TestContext.Current.CancellationToken);

        Assert.Equal((3, PolicyFault.BreakerOpen), (calls, result.Fault));
    }

    [Fact]
    public async Task Each_attempt_has_the_whole_timeout()
    {
        var policy = Policies(
            "spec:\n  policies:\n    timeouts: { t: \"700\" }\n    retries: { r: { duration: 0s, maxRetries: 1 } }\n  targets:\n    apps: { app2: { timeout: t, retry: r } }\n").ForApp("app2", "x")!;
        var calls = 0;

        var result = await policy.ExecuteAsync(
            async (_, token) =>
            {
                calls++;
                var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using var registration = token.Register(() => ended.TrySetCanceled(token));
                _time.Advance(TimeSpan.FromMilliseconds(700));
                await ended.Task;
                return 0;
            },
            _ => Attempt.Done,
            0,
            repeatable: true,
            TestContext.Current.CancellationToken);

        Assert.Equal((2, PolicyFault.TimedOut), (calls, result.Fault));
    }

    [Fact]
    public async Task What_the_last_attempt_threw_reaches_the_caller()
    {
        var policy = Policies("spec:\n  policies:\n    retries: { DefaultRetryPolicy: { duration: 0s, maxRetries: 1 } }\n").ForApp("app2", "x")!;
        var calls = 0;

        await Assert.ThrowsAsync<IOException>(async () => await policy.ExecuteAsync<int, int>(
            (_, _) =>
            {
                calls++;
                throw new IOException();
            },
            _ => Attempt.Done,
            0,
            repeatable: true,
            TestContext.Current.CancellationToken));

        Assert.Equal(2, calls);
    }

    [Fact]
    public void Breakers_are_kept_by_method_or_actor_or_type()
    {
        var policies = Policies(
            "spec:\n  policies:\n    circuitBreakers: { b: {} }\n  targets:\n    apps: { app2: { circuitBreaker: b } }\n"
            + "    actors: { T: { circuitBreaker: b, circuitBreakerScope: type }, U: { circuitBreaker: b, circuitBreakerScope: both } }\n");

        Assert.Same(policies.ForApp("app2", "x"), policies.ForApp("app2", "x"));
        Assert.NotSame(policies.ForApp("app2", "x"), policies.ForApp("app2", "y"));
        Assert.Same(policies.ForActorCall("T", "1"), policies.ForActorCall("T", "2"));
        Assert.NotSame(policies.ForActorCall("U", "1"), policies.ForActorCall("U", "2"));
    }

    [Theory]
    [InlineData(0, 0.0, 250)]
    [InlineData(0, 0.5, 500)]
    [InlineData(1, 0.5, 750)]
    [InlineData(1, 1.0, 1125)]
    [InlineData(5000, 0.5, 60_000)]
    public void Exponential_delays_grow_by_half_up_to_the_limit(int retry, double random, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), ExponentialBackOff.Delay(retry, TimeSpan.FromSeconds(60), random));

    private static async Task<int> CountAsync(ResiliencyPolicy policy, Attempt attempt)
    {
        var calls = 0;
        await policy.ExecuteAsync((_, _) => ValueTask.FromResult(++calls), _ => attempt, 0, repeatable: true, TestContext.Current.CancellationToken);
        return calls;
    }

    private ResiliencyPolicies Policies(params string[] specs) =>
        new(specs.SelectMany(spec => ResourceLoader.Parse("r.yaml", Head + spec).Resiliencies), "app1", _time, new Random(1));
}
