using Dapr;
using Dapr.Actors;
using EmbeddedDapr.Server.Tests.Apps;

namespace EmbeddedDapr.Server.Tests;

/// <summary>The official SDK's actors against the engine; the same for every way an app and its sidecar can be connected.</summary>
public abstract class ActorAppTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    protected abstract bool InProcess { get; }

    [Fact]
    public async Task A_call_reaches_its_actor_and_is_answered()
    {
        await using var app = await StartAsync();

        Assert.Equal(3, await app.Counter("a").InvokeMethodAsync<int, int>("Add", 3, Cancelled));
        Assert.Equal(5, await app.Counter("a").InvokeMethodAsync<int, int>("Add", 2, Cancelled));
        Assert.Equal(0, await app.Counter("b").InvokeMethodAsync<int>("Get", Cancelled));
    }

    [Fact]
    public async Task A_remoting_proxy_gets_the_actors_exception()
    {
        await using var app = await StartAsync();
        var proxy = app.Proxies.CreateActorProxy<ICounterActor>(new ActorId("a"), "Counter");

        Assert.Equal(7, await proxy.Add(7));
        await Assert.ThrowsAsync<ActorMethodInvocationException>(() => proxy.AddThenFail(1));
        Assert.Equal(7, await proxy.Get());
    }

    [Fact]
    public async Task A_failed_turn_changes_nothing()
    {
        await using var app = await StartAsync();
        await app.Counter("a").InvokeMethodAsync<int, int>("Add", 3, Cancelled);

        var failure = await Assert.ThrowsAsync<DaprApiException>(() => app.Counter("a").InvokeMethodAsync("AddThenFail", 100, Cancelled));

        Assert.Equal("ERR_ACTOR_INVOKE_METHOD", failure.ErrorCode);
        Assert.Contains("(500)", failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, await app.Counter("a").InvokeMethodAsync<int>("Get", Cancelled));
    }

    [Fact]
    public async Task State_managers_agree()
    {
        await using var app = await StartAsync();

        var log = await app.Counter("a").InvokeMethodAsync<string>("StateRoundTrip", Cancelled);

        Assert.Equal("True False 1 True False False True False True again False missing exists", log);
    }

    [Fact]
    public async Task State_lies_under_the_key_of_the_real_runtime()
    {
        await using var app = await StartAsync();
        await app.Counter("a").InvokeMethodAsync<int, int>("Add", 3, Cancelled);

        var stored = await app.Sidecar.Components.StateStores["statestore"].Instance.GetAsync("counter-app||Counter||a||count", Cancelled);

        Assert.Equal("3"u8.ToArray(), stored!.Value.ToArray());
    }

    [Fact]
    public async Task Calls_of_one_actor_never_overlap()
    {
        await using var app = await StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => app.Counter("a").InvokeMethodAsync<int, int>("Add", 1, Cancelled)));

        Assert.Equal(100, await app.Counter("a").InvokeMethodAsync<int>("Get", Cancelled));
        Assert.Equal(1, app.Events.RunningMax);
    }

    [Fact]
    public async Task A_type_that_nobody_hosts_is_refused_after_five_seconds()
    {
        await using var app = await StartAsync();

        var call = app.Proxies.Create(new ActorId("1"), "Nobody").InvokeMethodAsync("M", Cancelled);
        while (!call.IsCompleted)
        {
            app.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var failure = await Assert.ThrowsAsync<DaprApiException>(() => call);
        Assert.Contains("did not find address for actor 'Nobody/1'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reminder_fires_at_its_time_and_not_before()
    {
        await using var app = await StartAsync();
        await app.Counter("a").InvokeMethodAsync("RemindIn", "r 5 2", Cancelled);
        Assert.Equal("00:00:02", await app.Counter("a").InvokeMethodAsync<string, string>("ReminderPeriod", "r", Cancelled));

        app.Time.Advance(TimeSpan.FromSeconds(4.999));
        await app.Counter("a").InvokeMethodAsync<int>("Get", Cancelled);
        Assert.True(app.Events.IsQuiet);
        app.Time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Equal("reminder a r 3", await app.Events.NextAsync());
        app.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("reminder a r 3", await app.Events.NextAsync());

        await app.Counter("a").InvokeMethodAsync("Forget", "r", Cancelled);
        app.Time.Advance(TimeSpan.FromSeconds(60));
        await app.Counter("a").InvokeMethodAsync<int>("Get", Cancelled);
        Assert.True(app.Events.IsQuiet);
        var failure = await Assert.ThrowsAsync<DaprApiException>(() => app.Counter("a").InvokeMethodAsync<string, string>("ReminderPeriod", "r", Cancelled));
        Assert.Contains("ERR_ACTOR_INVOKE_METHOD", failure.ErrorCode, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_timer_fires_again_and_again()
    {
        await using var app = await StartAsync();
        await app.Counter("a").InvokeMethodAsync("TimerIn", "t 1 3", Cancelled);

        app.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("timer a 2", await app.Events.NextAsync());
        app.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("timer a 2", await app.Events.NextAsync());
    }

    [Fact]
    public async Task An_idle_actor_is_deactivated_once_and_comes_back_with_its_state()
    {
        await using var app = await StartAsync(setup => setup.IdleTimeout = TimeSpan.FromMinutes(10));
        await app.Counter("a").InvokeMethodAsync<int, int>("Add", 3, Cancelled);
        app.Time.Advance(TimeSpan.FromMinutes(9));
        await app.Counter("a").InvokeMethodAsync<int, int>("Add", 1, Cancelled);

        app.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.True(app.Events.IsQuiet);
        app.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("deactivated a", await app.Events.NextAsync());
        Assert.Equal(4, await app.Counter("a").InvokeMethodAsync<int>("Get", Cancelled));
        Assert.True(app.Events.IsQuiet);
    }

    [Fact]
    public async Task A_reentrant_actor_may_call_itself_up_to_its_depth()
    {
        await using var app = await StartAsync(setup => setup.Reentrant = true);

        Assert.Equal(7, await app.Counter("a").InvokeMethodAsync<int, int>("Bounce", 7, Cancelled));
        var failure = await Assert.ThrowsAsync<DaprApiException>(() => app.Counter("a").InvokeMethodAsync<int, int>("Bounce", 8, Cancelled));
        Assert.NotNull(failure);
        Assert.Equal(3, await app.Counter("a").InvokeMethodAsync<int, int>("Bounce", 3, Cancelled));
    }

    [Fact]
    public async Task A_call_that_is_cancelled_while_it_waits_never_runs()
    {
        await using var app = await StartAsync();
        var holding = app.Counter("a").InvokeMethodAsync("Hold", "gate", Cancelled);
        Assert.Equal("holding gate", await app.Events.NextAsync());
        using var cancel = new CancellationTokenSource();

        var waiting = app.Counter("a").InvokeMethodAsync<int, int>("Add", 5, cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        app.Events.Gate("gate").SetResult();
        await holding;
        Assert.Equal(0, await app.Counter("a").InvokeMethodAsync<int>("Get", Cancelled));
    }

    [Fact]
    public async Task The_client_reaches_the_state_api_and_metadata()
    {
        await using var app = await StartAsync(apiToken: "api-token");

        await app.Client.SaveStateAsync("statestore", "k", "v", cancellationToken: Cancelled);
        Assert.Equal("v", await app.Client.GetStateAsync<string>("statestore", "k", cancellationToken: Cancelled));
        var metadata = await app.Client.GetMetadataAsync(Cancelled);

        Assert.Equal("counter-app", metadata.Id);
        var failure = await Assert.ThrowsAsync<DaprException>(() => app.Client.GetStateAsync<string>("missing", "k", cancellationToken: Cancelled));
        Assert.IsType<global::Grpc.Core.RpcException>(failure.InnerException);
    }

    private Task<AppHarness> StartAsync(Action<ActorTypeSetup>? setup = null, string? apiToken = null) => AppHarness.StartAsync(InProcess, setup, apiToken);
}

public sealed class HttpActorAppTests : ActorAppTests
{
    protected override bool InProcess => false;
}

public sealed class InProcessActorAppTests : ActorAppTests
{
    protected override bool InProcess => true;
}
