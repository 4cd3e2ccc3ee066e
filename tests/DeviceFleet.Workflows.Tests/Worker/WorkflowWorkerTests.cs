using DeviceFleet.Workflows.Tests.Replay;
using DeviceFleet.Workflows.Worker;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Tests.Worker;

public sealed class WorkflowWorkerTests
{
    [Fact]
    public async Task A_turn_is_answered_with_its_token()
    {
        await using var app = new TestApp(options => options.RegisterWorkflow<int, int>("Double", (_, input) => Task.FromResult(2 * input)));
        var stream = await app.Start();

        stream.Send(Turn("double", "21"));
        var answer = await app.Hub.NextCall<WorkflowResponse>("CompleteOrchestratorTask");

        Assert.Equal(("i", "turn-token"), (answer.InstanceId, answer.CompletionToken));
        Assert.Equal(["Completed 42"], answer.Said());
    }

    [Fact]
    public async Task An_activity_gets_its_call_and_services_of_a_scope_and_is_answered_with_its_token()
    {
        await using var app = new TestApp(options => options.RegisterActivity<Describe>(), services => services.AddScoped<Greeting>());
        var stream = await app.Start();

        stream.Send(TestApp.Activity("Describe", "5", taskId: 3));
        var answer = await app.Hub.NextCall<ActivityResponse>("CompleteActivityTask");

        Assert.Equal(("i", 3, "token"), (answer.InstanceId, answer.TaskId, answer.CompletionToken));
        Assert.Equal("\"hello 5 from Describe of i (key)\"", answer.Result);
        Assert.Null(answer.FailureDetails);
    }

    [Fact]
    public async Task Failures_of_an_activity_are_answered_with_type_message_and_cause()
    {
        await using var app = new TestApp(options =>
            options.RegisterActivity<int, int>("Break", (_, _) => throw new InvalidOperationException("outer", new TimeoutException("inner"))));
        var stream = await app.Start();

        stream.Send(TestApp.Activity("Break"));
        var failure = (await app.Hub.NextCall<ActivityResponse>("CompleteActivityTask")).FailureDetails;

        Assert.Equal(("System.InvalidOperationException", "outer"), (failure.ErrorType, failure.ErrorMessage));
        Assert.Equal(("System.TimeoutException", "inner"), (failure.InnerFailure.ErrorType, failure.InnerFailure.ErrorMessage));
    }

    [Fact]
    public async Task W26_An_unregistered_activity_is_answered()
    {
        await using var app = new TestApp(options => options.RegisterActivity<int, int>("Known", (_, input) => Task.FromResult(input)));
        var stream = await app.Start();

        stream.Send(TestApp.Activity("Nobody"));
        var answer = await app.Hub.NextCall<ActivityResponse>("CompleteActivityTask");

        Assert.Equal("ActivityNotFoundException", answer.FailureDetails.ErrorType);
    }

    [Fact]
    public async Task Without_an_execution_id_the_key_is_the_tasks_number()
    {
        await using var app = new TestApp(options => options.RegisterActivity<int, string>("Key", (context, _) => Task.FromResult(context.TaskExecutionKey)));
        var stream = await app.Start();

        stream.Send(TestApp.Activity("Key", taskId: 8, executionId: string.Empty));

        Assert.Equal("\"8\"", (await app.Hub.NextCall<ActivityResponse>("CompleteActivityTask")).Result);
    }

    [Fact]
    public async Task W77_The_hidden_activity_raises_the_event()
    {
        await using var app = new TestApp(options => options.RegisterActivity<int, int>("Any", (_, input) => Task.FromResult(input)));
        app.Hub.On("RaiseEvent", (RaiseEventRequest _) => new RaiseEventResponse());
        var stream = await app.Start();

        stream.Send(TestApp.Activity(SendEventActivity.Name, SendEventActivity.Write("other", "go", "7")));
        var raised = await app.Hub.NextCall<RaiseEventRequest>("RaiseEvent");

        Assert.Equal(("other", "go", "7"), (raised.InstanceId, raised.Name, raised.Input));
        Assert.Null((await app.Hub.NextCall<ActivityResponse>("CompleteActivityTask")).FailureDetails);
    }

    [Fact]
    public async Task A_lost_or_ended_stream_is_opened_again_after_a_pause()
    {
        await using var app = new TestApp(options => options.RegisterActivity<int, int>("Any", (_, input) => Task.FromResult(input)));
        var stream = await app.Start();
        stream.Lose();
        stream = await Reopened(app);
        stream.End();
        stream = await Reopened(app);

        stream.Send(TestApp.Activity("Any", "1"));

        Assert.Equal("1", (await app.Hub.NextCall<ActivityResponse>("CompleteActivityTask")).Result);
    }

    [Fact]
    public async Task A_sidecar_that_is_not_there_yet_is_tried_again()
    {
        await using var app = new TestApp(options => options.RegisterActivity<int, int>("Any", (_, input) => Task.FromResult(input)));
        var refusals = 3;
        app.Hub.On("Hello", (Empty empty) => refusals-- > 0 ? throw new RpcException(new Status(StatusCode.Unavailable, "not yet")) : empty);
        await app.Worker.StartAsync(CancellationToken.None);

        Assert.NotNull(await Reopened(app));
    }

    [Theory]
    [InlineData(1, 0.0, 500)]
    [InlineData(2, 0.0, 1000)]
    [InlineData(3, 1.0, 1500)]
    [InlineData(6, 0.0, 15000)]
    [InlineData(int.MaxValue, 0.5, 13125)]
    public void Pauses_double_up_to_their_bound(int failures, double random, double milliseconds)
    {
        var delay = ReconnectDelay.After(failures, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(15), random);

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), delay);
    }

    [Fact]
    public async Task A_sidecar_that_has_become_mute_is_left()
    {
        await using var app = new TestApp(options => options.RegisterActivity<int, int>("Any", (_, input) => Task.FromResult(input)));
        var stream = await app.Start();
        app.Hub.OnAsync("Hello", async (Empty empty, CancellationToken cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return empty;
        });

        await Until(app, stream.Ended);

        Assert.True(stream.Ended.IsCancellationRequested);
    }

    [Fact]
    public async Task The_result_of_a_stream_that_has_ended_is_not_sent()
    {
        var release = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        await using var app = new TestApp(options =>
        {
            options.RegisterActivity<int, int>("Slow", async (_, input) =>
            {
                entered.SetResult();
                await release.Task;
                return input;
            });
            options.RegisterActivity<int, int>("Next", (_, input) => Task.FromResult(input));
            options.MaxConcurrentActivities = 1;
        });
        var stream = await app.Start();
        stream.Send(TestApp.Activity("Slow", "1"));
        await entered.Task;
        stream.Lose();
        stream = await Reopened(app);
        stream.Send(TestApp.Activity("Next", "2"));
        release.SetResult();

        Assert.Equal("2", (await app.Hub.NextCall<ActivityResponse>("CompleteActivityTask")).Result);
    }

    [Fact]
    public async Task No_more_activities_run_at_once_than_the_bound_says()
    {
        var running = 0;
        var most = 0;
        var release = new TaskCompletionSource();
        using var full = new SemaphoreSlim(0);
        await using var app = new TestApp(options =>
        {
            options.MaxConcurrentActivities = 3;
            options.RegisterActivity<int, int>("Hold", async (_, input) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                full.Release();
                await release.Task;
                Interlocked.Decrement(ref running);
                return input;
            });
        });
        var stream = await app.Start();
        for (var i = 0; i < 10; i++)
        {
            stream.Send(TestApp.Activity("Hold", $"{i}", taskId: i));
        }

        for (var i = 0; i < 3; i++)
        {
            await full.WaitAsync();
        }

        release.SetResult();
        for (var i = 0; i < 10; i++)
        {
            await app.Hub.NextCall<ActivityResponse>("CompleteActivityTask");
        }

        Assert.Equal(3, most);
    }

    [Fact]
    public async Task At_the_end_what_runs_is_finished_while_the_stream_is_open()
    {
        var release = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        await using var app = new TestApp(options => options.RegisterActivity<int, int>("Slow", async (_, input) =>
        {
            entered.SetResult();
            await release.Task;
            return input;
        }));
        var stream = await app.Start();
        stream.Send(TestApp.Activity("Slow", "1"));
        await entered.Task;

        var stopping = app.Worker.StopAsync(CancellationToken.None);
        stream.Send(TestApp.Activity("Slow", "2"));
        Assert.False(stream.Ended.IsCancellationRequested);
        release.SetResult();
        await stopping;

        Assert.Equal("1", (await app.Hub.NextCall<ActivityResponse>("CompleteActivityTask")).Result);
        Assert.Equal(0, app.Hub.Unseen("CompleteActivityTask"));
        Assert.True(stream.Ended.IsCancellationRequested);
    }

    [Fact]
    public async Task A_worker_that_has_nothing_takes_nothing()
    {
        await using var app = new TestApp(_ => { });

        await app.Worker.StartAsync(CancellationToken.None);
        await app.Worker.StopAsync(CancellationToken.None);

        Assert.False(app.Hub.HasStream);
    }

    [Fact]
    public async Task Kept_histories_are_completed_with_what_is_new()
    {
        await using var app = new TestApp(options =>
        {
            options.UseStatefulHistory = true;
            options.RegisterWorkflow<int, int>("Two", async (context, _) => await context.CallActivityAsync<int>("A") + await context.CallActivityAsync<int>("B"));
        });
        app.Hub.On("GetInstanceHistory", (GetInstanceHistoryRequest _) => new GetInstanceHistoryResponse { Events = { First(), Second() } });
        var stream = await app.Start();
        Assert.Equal([WorkerCapability.StatefulHistory], stream.Request.Capabilities);

        stream.Send(Item([], [.. First()[..2]]));
        Assert.Equal(["0:A"], (await app.Hub.NextCall<WorkflowResponse>("CompleteOrchestratorTask")).Said());
        stream.Send(Item(First(), Second()[..2]));
        Assert.Equal(["1:B"], (await app.Hub.NextCall<WorkflowResponse>("CompleteOrchestratorTask")).Said());
        stream.Send(Item(Second(), [Events.TurnBegins(Scenario.Begin), Events.Completed(1, "2")], cached: 3));
        Assert.Equal(["Completed 3"], (await app.Hub.NextCall<WorkflowResponse>("CompleteOrchestratorTask")).Said());

        // The end has cleared the cache: what is missing is fetched.
        stream.Send(Item([], [Events.TurnBegins(Scenario.Begin), Events.Completed(1, "2")], cached: 6));
        Assert.Equal(["Completed 3"], (await app.Hub.NextCall<WorkflowResponse>("CompleteOrchestratorTask")).Said());

        static HistoryEvent[] First() => [Events.TurnBegins(Scenario.Begin), Events.Started("Two", null, "i", null), Events.Scheduled(0, "A")];
        static HistoryEvent[] Second() => [Events.TurnBegins(Scenario.Begin), Events.Completed(0, "1"), Events.Scheduled(1, "B")];
    }

    [Fact]
    public void Kept_histories_are_bounded_by_their_events()
    {
        var cache = new HistoryCache(10);
        var four = Enumerable.Range(0, 4).Select(_ => new HistoryEvent()).ToArray();
        cache.Keep("a", four);
        cache.Keep("b", four);
        cache.Keep("c", four);

        Assert.Null(cache.Find("a", 4));
        Assert.NotNull(cache.Find("b", 4));
        Assert.Null(cache.Find("b", 3));
    }

    [Fact]
    public async Task T84_An_activity_runs_in_the_trace_of_its_call()
    {
        await using var app = new TestApp(options =>
            options.RegisterActivity<int, string>("Trace", (_, _) => Task.FromResult(System.Diagnostics.Activity.Current!.TraceId.ToString())));
        var stream = await app.Start();
        var item = TestApp.Activity("Trace");
        item.ActivityRequest.ParentTraceContext = new TraceContext { TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };

        stream.Send(item);

        Assert.Equal("\"0af7651916cd43dd8448eb211c80319c\"", (await app.Hub.NextCall<ActivityResponse>("CompleteActivityTask")).Result);
    }

    private static WorkItem Turn(string name, string input) =>
        Item([], [Events.TurnBegins(Scenario.Begin), Events.Started(name, input, "i", null)]);

    private static WorkItem Item(HistoryEvent[] past, HistoryEvent[] news, int? cached = null) => new()
    {
        CompletionToken = "turn-token",
        WorkflowRequest = new WorkflowRequest
        {
            InstanceId = "i",
            PastEvents = { past },
            NewEvents = { news },
            CachedHistory = cached is { } count ? new CachedHistory { EventCount = count } : null,
        },
    };

    private static async Task<FakeHub.Stream> Reopened(TestApp app)
    {
        using var opened = new CancellationTokenSource();
        var next = app.Hub.NextStream();
        _ = next.ContinueWith(_ => opened.Cancel(), TaskScheduler.Default);
        await Until(app, opened.Token);
        return await next;
    }

    /// <summary>Lets the app's time pass until it has come so far.</summary>
    private static async Task Until(TestApp app, CancellationToken reached)
    {
        while (!reached.IsCancellationRequested)
        {
            app.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, CancellationToken.None);
        }
    }

    private sealed class Greeting
    {
        public string Text { get; } = "hello";
    }

    private sealed class Describe(Greeting greeting) : WorkflowActivity<int, string>
    {
        public override Task<string> RunAsync(WorkflowActivityContext context, int input)
        {
            string name = context.Identifier;
            return Task.FromResult($"{greeting.Text} {input} from {name} of {context.InstanceId} ({context.TaskExecutionKey})");
        }
    }
}
