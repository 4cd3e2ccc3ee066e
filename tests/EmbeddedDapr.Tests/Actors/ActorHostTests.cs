using EmbeddedDapr.Actors;
using EmbeddedDapr.Apps;

namespace EmbeddedDapr.Tests.Actors;

public sealed class ActorHostTests
{
    private static readonly ActorConfiguration T = new() { Types = new Dictionary<string, ActorTypeOptions> { ["T"] = ActorTypeOptions.Default } };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_newest_connection_takes_the_turns_and_the_one_before_takes_over()
    {
        await using var app = new ActorHarness();
        var first = new Host();
        var second = new Host();
        app.Actors.Connect(T, first);
        app.Actors.Connect(T, second);

        Assert.Null((await CallAsync(app)).Error);
        app.Actors.Disconnect(T, second);
        Assert.Null((await CallAsync(app)).Error);

        Assert.Equal(["Method T/1 m"], second.Turns);
        Assert.Equal(["Method T/1 m"], first.Turns);
    }

    [Fact]
    public async Task A_call_that_waits_while_its_type_loses_its_host_waits_for_the_next_host()
    {
        await using var app = new ActorHarness();
        var gone = new Host { Gate = new() };
        app.Actors.Connect(T, gone);
        var running = CallAsync(app);
        var waiting = CallAsync(app);

        app.Actors.Disconnect(T, gone);
        gone.Gate.SetResult(ApiErrors.ActorInvoke("disconnected"));

        Assert.Equal("ERR_ACTOR_INVOKE_METHOD", (await running).Error?.Code);
        Assert.False(waiting.IsCompleted);
        app.Actors.Connect(T, new Host());
        Assert.Null((await waiting).Error);
    }

    [Fact]
    public async Task A_reminder_whose_host_goes_in_its_callback_is_not_counted_and_comes_again_with_the_next_host()
    {
        await using var app = new ActorHarness();
        var gone = new Host { Gate = new() };
        app.Actors.Connect(T, gone);
        await app.RemindAsync("1", """{"dueTime":"1s"}""");
        app.Time.Advance(TimeSpan.FromSeconds(1));
        await gone.CalledAsync();

        app.Actors.Disconnect(T, gone);
        gone.Gate.SetResult(ApiErrors.ActorInvoke("disconnected"));
        app.Time.Advance(TimeSpan.FromSeconds(100));
        var next = new Host();
        app.Actors.Connect(T, next);

        await next.CalledAsync();
        Assert.Equal(["Reminder T/1 r"], next.Turns);
    }

    [Fact]
    public async Task Stopping_cancels_turns_where_the_options_say_so()
    {
        var app = new ActorHarness(options: new ActorRuntimeOptions { CancelTurnsOnStop = true });
        var host = new Host { Gate = new() };
        app.Actors.Connect(T, host);
        var running = CallAsync(app);
        var waiting = CallAsync(app);

        await app.Runtime.StopAsync();

        Assert.Equal(ApiErrors.ActorInvoke("context canceled"), (await running).Error);
        Assert.Equal(ApiErrors.ActorInvoke("context canceled"), (await waiting).Error);
        Assert.Equal(["Method T/1 m", "Deactivation T/1 "], host.Turns);
        await app.DisposeAsync();
    }

    [Fact]
    public async Task Switched_off_nothing_is_hosted_and_everything_refused()
    {
        await using var app = new ActorHarness();
        var off = app.NewSidecar("off", disabled: true);
        off.Actors.Host(T);

        Assert.Empty(app.Runtime.CountActive(off));
        Assert.Equal(ApiErrors.ActorNoPlacement(), (await off.Actors.InvokeAsync(new ActorInvocation { ActorType = "T", ActorId = "1", Method = "m" }, Cancelled)).Error);
        Assert.Equal(ApiErrors.ActorNoPlacement(), (await off.Actors.GetStateAsync("T", "1", "k", Cancelled)).Error);
        Assert.Equal(ApiErrors.ActorNoPlacement(), off.Actors.CreateTimer("T", "1", "t", new ScheduleRequest()));
        Assert.Equal(ApiErrors.ActorNoPlacement(), (await off.Actors.ListRemindersAsync("T", "1", Cancelled)).Error);
    }

    private static Task<ApiResult<AppResponse>> CallAsync(ActorHarness app) =>
        app.Actors.InvokeAsync(new ActorInvocation { ActorType = "T", ActorId = "1", Method = "m" }, Cancelled).AsTask();

    private sealed class Host : IActorHost
    {
        private readonly TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<string> Turns { get; } = [];

        /// <summary>Answers instead of the app; null: 200 at once.</summary>
        public TaskCompletionSource<ApiResult<AppResponse>>? Gate { get; init; }

        /// <summary>Completes with the first turn.</summary>
        public Task CalledAsync() => _called.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancelled);

        public async ValueTask<ApiResult<AppResponse>> SendAsync(string actorType, string actorId, ActorTurn turn, CancellationToken cancellationToken)
        {
            lock (Turns)
            {
                Turns.Add($"{turn.Kind} {actorType}/{actorId} {turn.Name}");
            }

            _called.TrySetResult();
            return Gate is null || turn.Kind == ActorTurnKind.Deactivation ? new AppResponse { Status = 200 } : await Gate.Task.WaitAsync(cancellationToken);
        }
    }
}
