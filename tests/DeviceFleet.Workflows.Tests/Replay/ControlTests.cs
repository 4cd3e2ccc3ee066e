using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Tests.Replay;

/// <summary>Suspending, terminating, beginning again.</summary>
public sealed class ControlTests
{
    [Fact]
    public void W42_The_answer_to_a_suspend_keeps_custom_status_and_patches()
    {
        var scenario = Scenario.Of(async context =>
        {
            context.IsPatched("p1");
            context.SetCustomStatus("half");
            return await context.WaitForExternalEventAsync<int>("go");
        });
        scenario.Start();

        var answer = scenario.Turn(Events.Suspended());

        Assert.Empty(answer.Actions);
        Assert.Equal("\"half\"", answer.CustomStatus);
        Assert.Equal(["p1"], answer.Version.Patches);
    }

    [Fact]
    public void Nothing_is_asked_for_while_suspended_and_all_of_it_after_resume()
    {
        List<DateTime> clock = [];
        var scenario = Scenario.Of(async context =>
        {
            clock.Clear();
            List<int> read = [];
            for (var i = 0; i < 3; i++)
            {
                read.Add(await context.WaitForExternalEventAsync<int>("n"));
                clock.Add(context.CurrentUtcDateTime);
            }

            return read;
        });
        scenario.Start();
        scenario.Turn(Events.Suspended());
        Assert.Empty(scenario.Turn(Events.Raised("n", "1"), Events.Raised("n", "2")).Actions);
        Assert.Empty(clock);
        Assert.Empty(scenario.Turn(Events.Suspended(), Events.Raised("n", "3")).Actions);

        Assert.Equal(["Completed [1,2,3]"], scenario.Turn(Events.Resumed()).Said());
    }

    [Fact]
    public void Actions_of_the_turn_that_suspends_wait_for_the_resume()
    {
        var scenario = Scenario.Of(async context => await context.CallActivityAsync<int>("Step"));
        Assert.Empty(scenario.Turn(Events.Started("Wf", null, Scenario.Instance, null), Events.Suspended()).Actions);

        Assert.Equal(["0:Step"], scenario.Turn(Events.Resumed()).Said());
    }

    [Fact]
    public void A_terminated_instance_runs_no_more_code_and_has_the_callers_output()
    {
        var scenario = Scenario.Of(async context =>
        {
            context.SetCustomStatus("half");
            return await context.WaitForExternalEventAsync<int>("go");
        });
        scenario.Start();

        var answer = scenario.Turn(Events.Terminated("\"enough\""), Events.Raised("go", "1"));

        Assert.Equal(["Terminated \"enough\""], answer.Said());
        Assert.Equal("\"half\"", answer.CustomStatus);
    }

    [Fact]
    public void A_terminate_reaches_a_suspended_instance()
    {
        var scenario = Scenario.Of(async context => await context.WaitForExternalEventAsync<int>("go"));
        scenario.Start();
        scenario.Turn(Events.Suspended());

        Assert.Equal(["Terminated"], scenario.Turn(Events.Terminated()).Said());
    }

    [Fact]
    public void W36_What_had_ended_before_the_terminate_keeps_its_end()
    {
        var scenario = Scenario.Of(async context => await context.CallActivityAsync<int>("Step"));
        scenario.Start();

        Assert.Equal(["Completed 1"], scenario.Turn(Events.Completed(0, "1"), Events.Terminated()).Said());
    }

    [Fact]
    public void W37_A_terminate_is_stronger_than_beginning_again()
    {
        var scenario = Scenario.Of(async context =>
        {
            await context.CallActivityAsync("Step");
            context.ContinueAsNew("next");
            return 0;
        });
        scenario.Start();

        Assert.Equal(["Terminated"], scenario.Turn(Events.Completed(0), Events.Terminated()).Said());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void W44_Unread_events_go_over_to_the_next_run_unless_told_otherwise(bool preserve)
    {
        var scenario = Scenario.Of<int, int>(async (context, round) =>
        {
            await context.WaitForExternalEventAsync<int>("go");
            context.ContinueAsNew(round + 1, preserve);
            return 0;
        });
        scenario.Start("1");

        var end = scenario.Turn(Events.Raised("other", "1"), Events.Raised("go"), Events.Raised("GO", "2")).End();

        Assert.Equal((OrchestrationStatus.ContinuedAsNew, "2"), (end.WorkflowStatus, end.Result));
        Assert.Equal(preserve ? ["other", "GO"] : [], end.CarryoverEvents.Select(happened => happened.EventRaised.Name));
    }

    [Fact]
    public void W45_An_event_after_the_decision_in_the_same_turn_goes_over_as_well()
    {
        var scenario = Scenario.Of(async context =>
        {
            await context.CallActivityAsync("Step");
            context.ContinueAsNew();
            return 0;
        });
        scenario.Start();

        var end = scenario.Turn(Events.Completed(0), Events.Raised("late", "1")).End();

        Assert.Equal(["late"], end.CarryoverEvents.Select(happened => happened.EventRaised.Name));
    }

    [Fact]
    public void W47_What_is_asked_for_beside_beginning_again_is_not_sent()
    {
        var answer = Scenario.Of(context =>
        {
            _ = context.CallActivityAsync("Lost");
            context.ContinueAsNew("next");
            return Task.FromResult(0);
        }).Start();

        Assert.Equal(["ContinuedAsNew \"next\""], answer.Said());
    }

    [Fact]
    public void A_failure_is_stronger_than_beginning_again()
    {
        var answer = Scenario.Of<int>(context =>
        {
            context.ContinueAsNew();
            throw new InvalidOperationException("no");
        }).Start();

        Assert.Equal(["Failed System.InvalidOperationException"], answer.Said());
    }

    [Fact]
    public void W71_Custom_status_is_that_of_the_code_in_every_answer()
    {
        var scenario = Scenario.Of(async context =>
        {
            context.SetCustomStatus(new { Step = 1 });
            await context.CallActivityAsync("A");
            await context.CallActivityAsync("B");
            context.SetCustomStatus(null);
            return 0;
        });

        Assert.Equal("""{"step":1}""", scenario.Start().CustomStatus);
        Assert.Equal("""{"step":1}""", scenario.Turn(Events.Completed(0)).CustomStatus);
        Assert.Equal(string.Empty, scenario.Turn(Events.Completed(1)).CustomStatus);
    }
}
