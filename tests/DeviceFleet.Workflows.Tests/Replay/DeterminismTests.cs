namespace DeviceFleet.Workflows.Tests.Replay;

/// <summary>Code that follows its history, and code that does not.</summary>
public sealed class DeterminismTests
{
    [Fact]
    public void W57_A_result_before_its_confirmation_is_taken_and_the_work_not_asked_for_again()
    {
        var scenario = Scenario.Of(async context => await context.CallActivityAsync<int>("A") + await context.CallActivityAsync<int>("B"));

        var answer = scenario.Turn(Events.Completed(0, "1"), Events.Started("Wf", null, Scenario.Instance, null));
        Assert.Equal(["1:B"], answer.Said());

        // The confirmation may still come.
        scenario.Commit(Events.Scheduled(0, "A"));
        Assert.Equal(["Completed 3"], scenario.Turn(Events.Completed(1, "2")).Said());
    }

    [Fact]
    public void Results_of_another_kind_or_for_a_second_time_are_ignored()
    {
        var scenario = Scenario.Of(async context => await context.CallActivityAsync<int>("A") + await context.CallActivityAsync<int>("B"));
        scenario.Start();
        Assert.Empty(scenario.Turn(Events.Fired(0), Events.ChildCompleted(0, "9")).Actions);
        Assert.Equal(["1:B"], scenario.Turn(Events.Completed(0, "1"), Events.Completed(0, "5"), Events.Failed(0)).Said());

        Assert.Equal(["Completed 3"], scenario.Turn(Events.Completed(1, "2")).Said());
    }

    [Fact]
    public void W58_A_renamed_activity_is_told_from_the_one_in_history()
    {
        var error = AfterOneStep().Changed(async context => await context.CallActivityAsync<int>("Other")).Turn(Events.Completed(0, "1")).End().FailureDetails;

        Assert.Equal("NonDeterminismError", error.ErrorType);
        Assert.Equal("Operation 0: history has activity 'Step', the code asked for activity 'Other'.", error.ErrorMessage);
    }

    [Fact]
    public void W58_A_changed_kind_is_told()
    {
        var error = AfterOneStep().Changed(async context =>
        {
            await context.CreateTimer(TimeSpan.FromSeconds(1));
            return 0;
        }).Turn(Events.Completed(0, "1")).End().FailureDetails;

        Assert.Equal("Operation 0: history has activity 'Step', the code asked for a timer.", error.ErrorMessage);
    }

    [Fact]
    public void W58_A_removed_call_is_told()
    {
        var error = AfterOneStep().Changed(_ => Task.FromResult(0)).Turn(Events.Completed(0, "1")).End().FailureDetails;

        Assert.Equal("Operation 0: history has activity 'Step', the code asked for nothing.", error.ErrorMessage);
    }

    [Fact]
    public void W58_Reordered_calls_are_told()
    {
        var scenario = Scenario.Of(async context => await Task.WhenAll(context.CallActivityAsync<int>("A"), context.CallActivityAsync<int>("B")));
        scenario.Start();

        var changed = scenario.Changed(async context => await Task.WhenAll(context.CallActivityAsync<int>("B"), context.CallActivityAsync<int>("A")));

        Assert.Equal("NonDeterminismError", changed.Turn(Events.Completed(0, "1")).End().FailureDetails.ErrorType);
    }

    [Fact]
    public void W58_An_instance_may_stall_instead_until_the_code_is_mended()
    {
        var changed = AfterOneStep().Changed(async context => await context.CallActivityAsync<int>("Other"), NonDeterminismPolicy.Stall);

        Assert.Equal(["WorkflowVersionNotAvailable"], changed.Turn(Events.Completed(0, "1")).Said());
    }

    [Fact]
    public void The_time_of_a_timer_may_differ()
    {
        var scenario = Scenario.Of(async context =>
        {
            await context.CreateTimer(TimeSpan.FromSeconds(1));
            return "rang";
        });
        scenario.Start();
        var changed = scenario.Changed(async context =>
        {
            await context.CreateTimer(TimeSpan.FromSeconds(2));
            return "rang";
        });

        Assert.Equal(["Completed \"rang\""], changed.Turn(Events.Fired(0)).Said());
    }

    [Fact]
    public void W60_A_patch_is_followed_by_new_instances_and_not_by_those_that_are_past_it()
    {
        static async Task<string> Before(WorkflowContext context) => await context.CallActivityAsync<string>("Old");
        static async Task<string> After(WorkflowContext context) =>
            context.IsPatched("p") ? await context.CallActivityAsync<string>("New") : await context.CallActivityAsync<string>("Old");

        var running = Scenario.Of(Before);
        running.Start();
        var patched = running.Changed(After);
        var fresh = Scenario.Of(After);
        var answer = fresh.Start();

        Assert.Equal(["Completed \"x\""], patched.Turn(Events.Completed(0, "\"x\"")).Said());
        Assert.Null(patched.Last.Version);
        Assert.Equal(["0:New"], answer.Said());
        Assert.Equal(["p"], answer.Version.Patches);
        Assert.Equal(["Completed \"y\""], fresh.Turn(Events.Completed(0, "\"y\"")).Said());
        Assert.Equal(["p"], fresh.Last.Version.Patches);
    }

    [Fact]
    public void W60_A_decision_holds_for_the_whole_turn()
    {
        List<bool> decisions = [];
        async Task<int> After(WorkflowContext context)
        {
            decisions = [context.IsPatched("p")];
            await context.CallActivityAsync("Step");
            decisions.Add(context.IsPatched("p"));
            decisions.Add(context.IsPatched("q"));
            return 0;
        }

        AfterOneStep().Changed(After).Turn(Events.Completed(0, "1"));

        Assert.Equal([false, false, true], decisions);
    }

    [Fact]
    public void Versions_of_a_workflow_are_pinned_by_their_instances()
    {
        var scenario = new Scenario();
        scenario.Registry.AddVersion("Wf", "1", _ => new Versioned("one"));
        Assert.Equal(["0:one"], scenario.Start().Said());
        Assert.Equal("1", scenario.Last.Version.Name);

        scenario.Registry.AddVersion("Wf", "2", _ => new Versioned("two"));
        scenario.Peek(Events.Completed(0, "1"));
        Assert.Equal(["Completed 1"], scenario.Last.Said());

        var newer = new Scenario();
        newer.Registry.AddVersion("Wf", "2", _ => new Versioned("two"));
        newer.Commit([.. scenario.Past]);
        newer.Peek(Events.Completed(0, "1"));
        Assert.Equal(["WorkflowVersionNotAvailable"], newer.Last.Said());

        var begun = new Scenario();
        begun.Registry.AddVersion("Wf", "1", _ => new Versioned("one"));
        begun.Registry.AddVersion("Wf", "2", _ => new Versioned("two"));
        Assert.Equal(["0:two"], begun.Start().Said());
    }

    [Theory]
    [InlineData(SendEventMode.Activity, "0:wf.send-event [\"other\",\"go\",\"7\"]")]
    [InlineData(SendEventMode.Native, "0:send go to other")]
    public void W77_An_event_to_another_instance_is_asked_for_once(SendEventMode mode, string expected)
    {
        var scenario = new Scenario { SendEvents = mode }.With(async context =>
        {
            context.SendEvent("other", "go", 7);
            return await context.WaitForExternalEventAsync<int>("answer");
        });

        Assert.Equal([expected], scenario.Start().Said().Select(said => said.Replace("\\u0022", "\"", StringComparison.Ordinal)));
        Assert.Empty(scenario.Turn(Events.Completed(0)).Actions);
        Assert.Equal(["Completed 1"], scenario.Turn(Events.Raised("answer", "1")).Said());
    }

    [Fact]
    public void W80_Awaiting_something_foreign_is_detected()
    {
        var never = new TaskCompletionSource<int>();

        var answer = Scenario.Of(async _ => await never.Task).Start();

        Assert.Equal(["Failed NonDeterministicAwait"], answer.Said());
    }

    [Fact]
    public void W80_Code_that_comes_back_on_another_thread_is_refused()
    {
        using var returned = new ManualResetEventSlim();
        using var tried = new ManualResetEventSlim();
        Exception? refusal = null;
        var scenario = Scenario.Of(async context =>
        {
            var step = context.CallActivityAsync<int>("Step");
            await Task.Run(returned.Wait);
            refusal = Record.Exception(() => context.NewGuid());
            tried.Set();
            return await step;
        });

        scenario.Start();
        returned.Set();
        tried.Wait();

        Assert.IsType<InvalidOperationException>(refusal);
        returned.Reset();
        scenario.Turn(Events.Completed(0, "1"));
        returned.Set();
        Assert.Equal(["Failed NonDeterministicAwait"], scenario.Last.Said());
    }

    [Fact]
    public void W80_May_be_logged_only()
    {
        var scenario = new Scenario { OnForeignAwait = ForeignAwaitPolicy.LogOnly }.With(async _ => await new TaskCompletionSource<int>().Task);

        Assert.Empty(scenario.Start().Actions);
    }

    [Fact]
    public void Code_that_does_not_want_its_context_back_stays_in_its_turn()
    {
        static async Task<int> Nested(WorkflowContext context) => await context.CallActivityAsync<int>("Step").ConfigureAwait(false);
        var scenario = Scenario.Of(async context =>
        {
            var sum = await Nested(context).ConfigureAwait(false);
            sum += (await Task.WhenAll(Nested(context), Nested(context)).ConfigureAwait(false)).Sum();
            context.SetCustomStatus(sum);
            return sum;
        });
        scenario.Start();
        scenario.Turn(Events.Completed(0, "1"));

        Assert.Equal(["Completed 6"], scenario.Turn(Events.Completed(2, "3"), Events.Completed(1, "2")).Said());
    }

    [Fact]
    public void W81_Ten_thousand_events_cost_ten_times_a_thousand()
    {
        var small = Chain(300);
        var large = Chain(3000);
        Replay(small);
        Replay(large);

        // Counted in allocations, which a loaded machine does not change.
        var perEvent = (double)Replay(small) / small.Past.Count;
        var perEventLarge = (double)Replay(large) / large.Past.Count;

        Assert.True(large.Past.Count > 9000);
        Assert.InRange(perEventLarge, 0, 2 * perEvent);
    }

    private static long Replay(Scenario scenario)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        scenario.Peek(Events.Raised("other"));
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static Scenario Chain(int steps)
    {
        var scenario = Scenario.Of(async context =>
        {
            for (var i = 0; i < steps; i++)
            {
                await context.CallActivityAsync<int>("Step");
            }

            return await context.WaitForExternalEventAsync<int>("go");
        });
        scenario.Commit(Events.TurnBegins(Scenario.Begin), Events.Started("Wf", null, Scenario.Instance, null));
        for (var i = 0; i < steps; i++)
        {
            scenario.Commit(Events.Scheduled(i, "Step"), Events.TurnBegins(Scenario.Begin), Events.Completed(i, "1"));
        }

        return scenario;
    }

    private static Scenario AfterOneStep()
    {
        var scenario = Scenario.Of(async context => await context.CallActivityAsync<int>("Step"));
        scenario.Start();
        return scenario;
    }

    private sealed class Versioned(string activity) : Workflow<string?, int>
    {
        public override Task<int> RunAsync(WorkflowContext context, string? input) => context.CallActivityAsync<int>(activity);
    }
}
