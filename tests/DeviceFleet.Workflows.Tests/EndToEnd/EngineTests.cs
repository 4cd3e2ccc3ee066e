using EmbeddedDapr.Server;
using Grpc.Core;

namespace DeviceFleet.Workflows.Tests.EndToEnd;

/// <summary>Worker, client and engine together: cases of the catalogue marked I, and what the parts cannot show alone.</summary>
public sealed class EngineTests : IAsyncLifetime
{
    private EmbeddedDaprHost? _dapr;

    public async ValueTask InitializeAsync() => _dapr = await EmbeddedDaprHost.StartAsync(cancellationToken: TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_dapr is not null)
        {
            await _dapr.DisposeAsync();
        }
    }

    [Fact]
    public async Task I01_An_empty_workflow_completes()
    {
        await using var app = await App(options => options.RegisterWorkflow<int, int>("Empty", (_, input) => Task.FromResult(input)));

        var state = await app.Run("Empty", 7, "empty");
        var history = await app.Client.GetInstanceHistoryAsync("empty", TestContext.Current.CancellationToken);

        Assert.Equal((WorkflowRuntimeStatus.Completed, "Empty", 7), (state.RuntimeStatus, state.WorkflowName, state.ReadOutputAs<int>()));
        Assert.Equal(["OrchestratorStarted", "ExecutionStarted", "ExecutionCompleted"], history.Select(happened => happened.EventType.ToString()));
    }

    [Fact]
    public async Task I02_Activities_follow_one_another_each_once()
    {
        var calls = 0;
        await using var app = await App(options =>
        {
            options.RegisterWorkflow<int, int>("Chain", async (context, input) =>
            {
                for (var i = 0; i < 5; i++)
                {
                    input = await context.CallActivityAsync<int>("Add", input);
                }

                return input;
            });
            options.RegisterActivity<int, int>("Add", (_, input) =>
            {
                Interlocked.Increment(ref calls);
                return Task.FromResult(input + 1);
            });
        });

        Assert.Equal(6, (await app.Run("Chain", 1)).ReadOutputAs<int>());
        Assert.Equal(5, calls);
    }

    [Fact]
    public async Task I03_Fifty_at_once_come_back_in_order()
    {
        await using var app = await App(options =>
        {
            options.RegisterWorkflow<int, int[]>("Fan", (context, input) =>
                context.ProcessInParallelAsync(Enumerable.Range(0, input), number => context.CallActivityAsync<int>("Square", number), maxConcurrency: 20));
            options.RegisterActivity<int, int>("Square", (_, input) => Task.FromResult(input * input));
        });

        Assert.Equal(Enumerable.Range(0, 50).Select(number => number * number), (await app.Run("Fan", 50)).ReadOutputAs<int[]>());
    }

    [Fact]
    public async Task I22_A_failing_activity_is_tried_again_under_one_key()
    {
        List<string> keys = [];
        await using var app = await App(options =>
        {
            options.RegisterWorkflow<int, string>("Retry", (context, _) => context.CallActivityAsync<string>(
                "Flaky", options: new WorkflowTaskOptions(new WorkflowRetryPolicy(3, TimeSpan.FromMilliseconds(10)))));
            options.RegisterActivity<int, string>("Flaky", (context, _) =>
            {
                keys.Add(context.TaskExecutionKey);
                return keys.Count < 3 ? throw new TimeoutException("not yet") : Task.FromResult("at last");
            });
        });

        Assert.Equal("at last", (await app.Run("Retry")).ReadOutputAs<string>());
        Assert.Equal(3, keys.Count);
        Assert.Single(keys.Distinct());
    }

    [Fact]
    public async Task I27_Unknown_workflows_and_activities_fail_and_do_not_hang()
    {
        await using var app = await App(options => options.RegisterWorkflow<int, int>("Calls", (context, _) => context.CallActivityAsync<int>("Nobody")));

        var unknown = await app.Run("Missing");
        var calls = await app.Run("Calls");

        Assert.Equal((WorkflowRuntimeStatus.Failed, "WorkflowNotFound"), (unknown.RuntimeStatus, unknown.FailureDetails!.ErrorType));
        Assert.Equal(typeof(WorkflowTaskFailedException).FullName, calls.FailureDetails!.ErrorType);
        Assert.True(calls.FailureDetails.IsCausedBy<WorkflowTaskFailedException>());
    }

    [Fact]
    public async Task I29_A_childs_failure_is_caught_by_its_parent()
    {
        await using var app = await App(options =>
        {
            options.RegisterWorkflow<int, string>("Parent", async (context, _) =>
            {
                try
                {
                    return await context.CallChildWorkflowAsync<string>("Child", "boom");
                }
                catch (WorkflowTaskFailedException failure)
                {
                    return $"{failure.FailureDetails.ErrorType}, then {await context.CallChildWorkflowAsync<string>("Child", "fine")}";
                }
            });
            options.RegisterWorkflow<string, string>("Child", (_, input) => input == "boom" ? throw new InvalidOperationException(input) : Task.FromResult(input));
        });

        Assert.Equal("System.InvalidOperationException, then fine", (await app.Run("Parent")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task I34_A_terminated_instance_ends_at_once_with_the_callers_output()
    {
        var release = new TaskCompletionSource();
        await using var app = await App(options =>
        {
            options.RegisterWorkflow<int, int>("Waits", (context, _) => context.CallActivityAsync<int>("Slow"));
            options.RegisterActivity<int, int>("Slow", async (_, _) =>
            {
                await release.Task;
                return 1;
            });
        });
        var id = await app.Client.ScheduleNewWorkflowAsync("Waits");

        await app.Client.TerminateWorkflowAsync(id, "enough", TestContext.Current.CancellationToken);
        release.SetResult();
        var state = await app.Finish(id);

        Assert.Equal((WorkflowRuntimeStatus.Terminated, "enough"), (state.RuntimeStatus, state.ReadOutputAs<string>()));
    }

    [Fact]
    public async Task I39_Events_to_a_suspended_instance_are_read_after_its_resume_in_their_order()
    {
        await using var app = await App(options => options.RegisterWorkflow<int, int[]>("Reads", async (context, count) =>
        {
            var read = new int[count];
            for (var i = 0; i < count; i++)
            {
                read[i] = await context.WaitForExternalEventAsync<int>("n");
                context.SetCustomStatus(i + 1);
            }

            return read;
        }));
        var token = TestContext.Current.CancellationToken;
        var id = await app.Client.ScheduleNewWorkflowAsync("Reads", null, 10);
        await app.Client.SuspendWorkflowAsync(id, "hold", token);
        for (var i = 0; i < 10; i++)
        {
            await app.Client.RaiseEventAsync(id, "N", i, token);
        }

        var held = (await app.Client.GetWorkflowStateAsync(id, cancellation: token))!;
        await app.Client.ResumeWorkflowAsync(id, cancellation: token);
        var state = await app.Finish(id);

        Assert.Equal((WorkflowRuntimeStatus.Suspended, 0), (held.RuntimeStatus, held.ReadCustomStatusAs<int>()));
        Assert.Equal(Enumerable.Range(0, 10), state.ReadOutputAs<int[]>());
        Assert.Equal(10, state.ReadCustomStatusAs<int>());
    }

    [Fact]
    public async Task I46_Thirty_runs_lose_no_event()
    {
        await using var app = await App(options => options.RegisterWorkflow<int[], int[]>("Rounds", async (context, seen) =>
        {
            seen ??= [];
            seen = [.. seen, await context.WaitForExternalEventAsync<int>("n")];
            if (seen.Length < 30)
            {
                context.ContinueAsNew(seen);
            }

            return seen;
        }));
        var id = await app.Client.ScheduleNewWorkflowAsync("Rounds");
        for (var i = 0; i < 30; i++)
        {
            await app.Client.RaiseEventAsync(id, "n", i, TestContext.Current.CancellationToken);
        }

        Assert.Equal(Enumerable.Range(0, 30), (await app.Finish(id)).ReadOutputAs<int[]>());
    }

    [Fact]
    public async Task I55_A_turn_whose_worker_has_gone_runs_at_the_next()
    {
        using var entered = new SemaphoreSlim(0);
        using var never = new ManualResetEventSlim();
        var first = await App(options => options.RegisterWorkflow<int, string>("Wf", (_, _) =>
        {
            entered.Release();
            never.Wait();
            return Task.FromResult("first");
        }));
        var start = first.Client.ScheduleNewWorkflowAsync("Wf", "moves");
        await entered.WaitAsync(TestContext.Current.CancellationToken);
        await using var second = await App(options => options.RegisterWorkflow<int, string>("Wf", (_, _) => Task.FromResult("second")));
        var stopping = first.DisposeAsync();

        var state = await second.Finish("moves");
        never.Set();
        await stopping;
        await start.ContinueWith(_ => { }, TestContext.Current.CancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);

        Assert.Equal("second", state.ReadOutputAs<string>());
    }

    [Fact]
    public async Task I60_A_running_instance_keeps_to_its_code_after_a_patch()
    {
        static async Task<string> Before(WorkflowContext context, int _)
        {
            await context.WaitForExternalEventAsync<int>("go");
            return await context.CallActivityAsync<string>("Old");
        }

        static async Task<string> After(WorkflowContext context, int _)
        {
            var patched = context.IsPatched("p");
            await context.WaitForExternalEventAsync<int>("go");
            return await context.CallActivityAsync<string>(patched ? "New" : "Old");
        }

        var token = TestContext.Current.CancellationToken;
        await using (var before = await App(options => Register(options, Before)))
        {
            await before.Client.WaitForWorkflowStartAsync(await before.Client.ScheduleNewWorkflowAsync("Wf", "running"), cancellation: token);
        }

        await using var after = await App(options => Register(options, After));
        await after.Client.WaitForWorkflowStartAsync(await after.Client.ScheduleNewWorkflowAsync("Wf", "fresh"), cancellation: token);
        await after.Client.RaiseEventAsync("running", "go", cancellation: token);
        await after.Client.RaiseEventAsync("fresh", "go", cancellation: token);

        Assert.Equal("old", (await after.Finish("running")).ReadOutputAs<string>());
        Assert.Equal("new", (await after.Finish("fresh")).ReadOutputAs<string>());

        static void Register(WorkflowRuntimeOptions options, Func<WorkflowContext, int, Task<string>> code)
        {
            options.RegisterWorkflow("Wf", code);
            options.RegisterActivity<int, string>("Old", (_, _) => Task.FromResult("old"));
            options.RegisterActivity<int, string>("New", (_, _) => Task.FromResult("new"));
        }
    }

    [Theory]
    [InlineData(SendEventMode.Activity)]
    [InlineData(SendEventMode.Native)]
    public async Task I77_Workflows_send_events_to_one_another(SendEventMode mode)
    {
        await using var app = await App(options =>
        {
            options.SendEvents = mode;
            options.RegisterWorkflow<string, int>("Sends", (context, target) =>
            {
                context.SendEvent(target, "hello", 42);
                return Task.FromResult(0);
            });
            options.RegisterWorkflow<int, int>("Listens", (context, _) => context.WaitForExternalEventAsync<int>("hello"));
        });
        await app.Client.ScheduleNewWorkflowAsync("Listens", "listener");

        await app.Run("Sends", "listener");

        Assert.Equal(42, (await app.Finish("listener")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task I63_Of_two_starts_with_one_id_one_is_refused_until_the_instance_has_ended()
    {
        await using var app = await App(options => options.RegisterWorkflow<int, int>("Listens", (context, _) => context.WaitForExternalEventAsync<int>("go")));
        await app.Client.ScheduleNewWorkflowAsync("Listens", "one");

        var refusal = await Assert.ThrowsAsync<RpcException>(() => app.Client.ScheduleNewWorkflowAsync("Listens", "one"));
        await app.Client.RaiseEventAsync("one", "go", 1, TestContext.Current.CancellationToken);
        await app.Finish("one");
        await app.Client.ScheduleNewWorkflowAsync("Listens", "one");

        Assert.Equal(StatusCode.AlreadyExists, refusal.StatusCode);
        Assert.True((await app.Client.GetWorkflowStateAsync("one", cancellation: TestContext.Current.CancellationToken))!.IsWorkflowRunning);
    }

    [Fact]
    public async Task I68_Ended_instances_are_listed_purged_and_gone()
    {
        await using var app = await App(options => options.RegisterWorkflow<int, int>("Empty", (_, input) => Task.FromResult(input)));
        var token = TestContext.Current.CancellationToken;
        await app.Run("Empty", 1, "gone");

        Assert.Contains("gone", (await app.Client.ListInstanceIdsAsync(cancellation: token)).InstanceIds);
        Assert.True(await app.Client.PurgeInstanceAsync("gone", token));
        Assert.False((await app.Client.GetWorkflowStateAsync("gone", cancellation: token))!.Exists);
    }

    [Fact]
    public async Task I75_An_instance_is_run_again_from_its_second_step()
    {
        List<int> ran = [];
        await using var app = await App(options =>
        {
            options.RegisterWorkflow<int, int>("Steps", async (context, _) =>
            {
                var sum = 0;
                for (var i = 1; i <= 3; i++)
                {
                    sum = await context.CallActivityAsync<int>("Add", sum + i);
                }

                return sum;
            });
            options.RegisterActivity<int, int>("Add", (_, input) =>
            {
                ran.Add(input);
                return Task.FromResult(input);
            });
        });
        await app.Run("Steps", 0, "first");
        ran.Clear();

        var options = new DeviceFleet.Workflows.Client.RerunWorkflowFromEventOptions { NewInstanceId = "again", Input = 100, OverwriteInput = true };
        var id = await app.Client.RerunWorkflowFromEventAsync("first", 1, options, TestContext.Current.CancellationToken);

        Assert.Equal(("again", 103), (id, (await app.Finish(id)).ReadOutputAs<int>()));
        Assert.Equal([100, 103], ran);
    }

    [Fact]
    public async Task Versions_are_kept_by_running_instances()
    {
        await using (var one = await App(options => options.RegisterWorkflowVersion<VersionOne>("Wf", "1")))
        {
            await one.Client.WaitForWorkflowStartAsync(await one.Client.ScheduleNewWorkflowAsync("Wf", "old"), cancellation: TestContext.Current.CancellationToken);
        }

        await using var both = await App(options =>
        {
            options.RegisterWorkflowVersion<VersionOne>("Wf", "1");
            options.RegisterWorkflowVersion<VersionTwo>("Wf", "2");
        });
        await both.Client.ScheduleNewWorkflowAsync("Wf", "young");
        foreach (var id in new[] { "old", "young" })
        {
            await both.Client.RaiseEventAsync(id, "go", cancellation: TestContext.Current.CancellationToken);
        }

        Assert.Equal("one", (await both.Finish("old")).ReadOutputAs<string>());
        Assert.Equal("two", (await both.Finish("young")).ReadOutputAs<string>());
    }

    private Task<WorkflowApp> App(Action<WorkflowRuntimeOptions> configure) => WorkflowApp.Start(_dapr!.GrpcEndpoint, configure);

    private abstract class Versioned(string result) : Workflow<int, string>
    {
        public override async Task<string> RunAsync(WorkflowContext context, int input)
        {
            await context.WaitForExternalEventAsync<int>("go");
            return result;
        }
    }

    private sealed class VersionOne() : Versioned("one");

    private sealed class VersionTwo() : Versioned("two");
}
