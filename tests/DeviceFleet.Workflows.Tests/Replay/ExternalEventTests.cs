using DeviceFleet.Workflows.Replay;

namespace DeviceFleet.Workflows.Tests.Replay;

/// <summary>External events and the limits of their waits.</summary>
public sealed class ExternalEventTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [Fact]
    public void W07_An_event_raised_before_the_wait_is_kept_for_it()
    {
        var scenario = Scenario.Of(async context =>
        {
            await context.CallActivityAsync("Step");
            return await context.WaitForExternalEventAsync<int>("go");
        });
        scenario.Turn(Events.Started("Wf", null, Scenario.Instance, null), Events.Raised("go", "7"));

        Assert.Equal(["Completed 7"], scenario.Turn(Events.Completed(0)).Said());
    }

    [Fact]
    public void W08_Two_events_of_one_name_reach_two_waits_in_their_order()
    {
        var scenario = Scenario.Of(async context =>
            new[] { await context.WaitForExternalEventAsync<int>("n"), await context.WaitForExternalEventAsync<int>("n") });
        scenario.Start();

        Assert.Equal(["Completed [1,2]"], scenario.Turn(Events.Raised("n", "1"), Events.Raised("n", "2")).Said());
    }

    [Fact]
    public void W09_The_first_of_two_concurrent_waits_gets_the_first_event()
    {
        var scenario = Scenario.Of(async context =>
        {
            var first = context.WaitForExternalEventAsync<string>("n");
            var second = context.WaitForExternalEventAsync<string>("n");
            await Task.WhenAll(second, first);
            return await first + await second;
        });
        scenario.Start();
        scenario.Turn(Events.Raised("n", "\"a\""));

        Assert.Equal(["Completed \"ab\""], scenario.Turn(Events.Raised("n", "\"b\"")).Said());
    }

    [Fact]
    public void W10_Names_of_events_differ_by_more_than_case()
    {
        var scenario = Scenario.Of(async context => await context.WaitForExternalEventAsync<int>("Approved"));
        scenario.Start();

        Assert.Equal(["Completed 1"], scenario.Turn(Events.Raised("APPROVED", "1")).Said());
    }

    [Fact]
    public void W11_A_wait_whose_time_is_over_is_cancelled_and_the_event_goes_to_the_next()
    {
        var scenario = Scenario.Of(async context =>
        {
            var timedOut = false;
            try
            {
                await context.WaitForExternalEventAsync<int>("go", Limit);
            }
            catch (TaskCanceledException)
            {
                timedOut = true;
            }

            return (timedOut, await context.WaitForExternalEventAsync<int>("go"));
        });
        var timer = Assert.Single(scenario.Start().Actions).CreateTimer;

        Assert.Equal(Scenario.Begin + Limit, timer.FireAt.ToDateTime());
        Assert.Equal("go", timer.ExternalEvent.Name);
        Assert.Empty(scenario.Turn(Events.Fired(0)).Said());
        Assert.Contains("true", scenario.Turn(Events.Raised("go", "3")).End().Result, StringComparison.Ordinal);
    }

    [Fact]
    public void W12_A_timer_before_the_event_in_one_turn_means_time_over()
    {
        var scenario = Scenario.Of(Race);
        scenario.Start();

        // The event is kept for the second wait.
        Assert.Equal(["Completed \"late, then 9\""], scenario.Turn(Events.Fired(0), Events.Raised("go", "9")).Said());
    }

    [Fact]
    public void W13_An_event_before_the_timer_in_one_turn_is_taken()
    {
        var scenario = Scenario.Of(Race);
        scenario.Start();
        Assert.Empty(scenario.Turn(Events.Raised("go", "8"), Events.Fired(0)).Said());

        Assert.Equal(["Completed \"8, then 9\""], scenario.Turn(Events.Raised("go", "9")).Said());
    }

    [Fact]
    public void W14_The_timer_of_a_served_wait_does_not_end_a_newer_one()
    {
        var scenario = Scenario.Of(async context =>
        {
            await context.WaitForExternalEventAsync<int>("go", Limit);
            return await context.WaitForExternalEventAsync<int>("go", 2 * Limit);
        });
        scenario.Start();
        scenario.Turn(Events.Raised("go", "1"));

        Assert.Empty(scenario.Turn(Events.Fired(0)).Said());
        Assert.Equal(["Completed 2"], scenario.Turn(Events.Raised("go", "2")).Said());
    }

    [Fact]
    public void W16_No_time_at_all_cancels_at_once_and_asks_for_nothing()
    {
        var scenario = Scenario.Of(async context => await context.WaitForExternalEventAsync<int>("go", TimeSpan.Zero));

        var answer = scenario.Turn(Events.Started("Wf", null, Scenario.Instance, null));

        Assert.Equal(["Failed System.Threading.Tasks.TaskCanceledException"], answer.Said());
    }

    [Fact]
    public void W16_A_wait_without_limit_is_noted_by_a_timer_that_never_fires()
    {
        var scenario = Scenario.Of(async context => await context.WaitForExternalEventAsync<int>("go", Timeout.InfiniteTimeSpan));

        var timer = Assert.Single(scenario.Start().Actions).CreateTimer;

        Assert.Equal((253402300799, 999999999), (timer.FireAt.Seconds, timer.FireAt.Nanos));
        Assert.Equal("go", timer.ExternalEvent.Name);
        Assert.Equal(["Completed 5"], scenario.Turn(Events.Raised("go", "5")).Said());
    }

    [Fact]
    public void A_wait_with_a_token_asks_for_nothing_and_ends_with_the_token()
    {
        var scenario = Scenario.Of(async context =>
        {
            using var enough = new CancellationTokenSource();
            var wait = context.WaitForExternalEventAsync<int>("go", enough.Token);
            await context.CallActivityAsync("Step");
#pragma warning disable VSTHRD103 // asynchronously it would leave the turn
            enough.Cancel();
#pragma warning restore VSTHRD103
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
            return await context.WaitForExternalEventAsync<int>("go");
        });
        Assert.Equal(["0:Step"], scenario.Start().Said());
        scenario.Turn(Events.Completed(0));

        Assert.Equal(["Completed 4"], scenario.Turn(Events.Raised("go", "4")).Said());
    }

    [Fact]
    public void A_history_begun_before_waits_without_limit_were_noted_goes_on()
    {
        var scenario = Scenario.Of(async context =>
        {
            var wait = context.WaitForExternalEventAsync<int>("go", Timeout.InfiniteTimeSpan);
            var step = await context.CallActivityAsync<int>("Step");
            return step + await wait + await context.CallActivityAsync<int>("Last");
        });
        scenario.Commit(Events.TurnBegins(Scenario.Begin), Events.Started("Wf", null, Scenario.Instance, null), Events.Scheduled(0, "Step"));

        Assert.Empty(scenario.Turn(Events.Completed(0, "1")).Said());
        Assert.Equal(["1:Last"], scenario.Turn(Events.Raised("go", "2")).Said());
        Assert.Equal(["Completed 6"], scenario.Turn(Events.Completed(1, "3")).Said());
    }

    [Fact]
    public async Task Events_and_waits_by_the_thousand_cost_the_same_each()
    {
        var mailbox = new EventMailbox();
        var waits = Enumerable.Range(0, 20_000).Select(_ => mailbox.Wait("n")).ToArray();
        foreach (var wait in waits[..^1])
        {
            mailbox.Cancel(wait, CancellationToken.None);
        }

        mailbox.Deliver(Events.Raised("n", "1"));

        Assert.Equal("1", (await waits[^1].Raised).EventRaised.Input);
        Assert.Equal(0, mailbox.LiveWaits);
        Assert.Empty(mailbox.Unread);
    }

    private static async Task<string> Race(WorkflowContext context)
    {
        string first;
        try
        {
            first = (await context.WaitForExternalEventAsync<int>("go", Limit)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (TaskCanceledException)
        {
            first = "late";
        }

        return $"{first}, then {await context.WaitForExternalEventAsync<int>("go")}";
    }
}
