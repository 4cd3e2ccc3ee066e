namespace DeviceFleet.Workflows.Tests.Replay;

public sealed class TimerTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(0.25)]
    [InlineData(8640000)]
    public void W18_A_timer_is_asked_for_to_the_fraction_of_a_second_whatever_its_delay(double seconds)
    {
        var scenario = Scenario.Of(async context =>
        {
            await context.CreateTimer(TimeSpan.FromSeconds(seconds));
            return "rang";
        });

        var timer = Assert.Single(scenario.Start().Actions).CreateTimer;

        Assert.Equal(Scenario.Begin.AddSeconds(seconds), timer.FireAt.ToDateTime());
        Assert.NotNull(timer.CreateTimer);
        Assert.Equal(["Completed \"rang\""], scenario.Turn(Events.Fired(0)).Said());
    }

    [Fact]
    public void W20_Timers_are_seen_in_the_order_they_fire()
    {
        List<int> order = [];
        var scenario = Scenario.Of(async context =>
        {
            order.Clear();
            await Task.WhenAll(new[] { 30, 10, 20 }.Select(async seconds =>
            {
                await context.CreateTimer(TimeSpan.FromSeconds(seconds));
                order.Add(seconds);
            }));
            return order.Count;
        });
        scenario.Start();

        scenario.Turn(Events.Fired(1));
        scenario.Turn(Events.Fired(2), Events.Fired(0));

        Assert.Equal([10, 20, 30], order);
    }

    [Fact]
    public void A_cancelled_timer_is_still_asked_for_and_its_firing_ignored()
    {
        var scenario = Scenario.Of(async context =>
        {
            using var enough = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromHours(1), enough.Token);
#pragma warning disable VSTHRD103 // asynchronously it would leave the turn
            enough.Cancel();
#pragma warning restore VSTHRD103
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => timer);
            return await context.CallActivityAsync<int>("Step");
        });
        Assert.Equal(["0:timer CreateTimer", "1:Step"], scenario.Start().Said());

        Assert.Empty(scenario.Turn(Events.Fired(0)).Said());
        Assert.Equal(["Completed 1"], scenario.Turn(Events.Completed(1, "1")).Said());
    }

    [Fact]
    public void A_delay_beyond_the_end_of_time_ends_with_it()
    {
        var timer = Assert.Single(Scenario.Of(async context =>
        {
            await context.CreateTimer(TimeSpan.MaxValue);
            return 0;
        }).Start().Actions).CreateTimer;

        Assert.Equal(9999, timer.FireAt.ToDateTime().Year);
    }
}
