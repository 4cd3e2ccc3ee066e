namespace DeviceFleet.Devices.Tests.Alarms;

public sealed class RuleKindTests
{
    [Theory]
    [InlineData(">", 5, "0=5 1=6 2=7 3=5 4=6", "raise@1 clear@3 raise@4")]
    [InlineData(">=", 5, "0=4 1=5 2=4.9", "raise@1 clear@2")]
    [InlineData("<", 5, "0=5 1=4 2=5", "raise@1 clear@2")]
    [InlineData("<=", 5, "0=6 1=5 2=5.1", "raise@1 clear@2")]
    [InlineData("==", 5, "0=4 1=5 2=6", "raise@1 clear@2")]
    [InlineData("!=", 5, "0=5 1=6 2=5", "raise@1 clear@2")]
    [InlineData(">", 5, "0=6 1u=0 2=4", "raise@0 clear@2")]
    public void A_threshold_raises_at_the_first_sample_beyond_it_and_clears_at_the_first_that_is_not(string op, double value, string samples, string decisions) =>
        Assert.Equal(decisions, RuleSeries.Decisions(RuleSeries.Rule(FormattableString.Invariant($$"""
            "when":{"kind":"threshold","metric":"t","op":"{{op}}","value":{{value}}}
            """)), samples));

    [Theory]
    [InlineData("0=1 1=3 2=0.9 3=1 4=3.1 5=2", "raise@2 clear@3 raise@4 clear@5")]
    public void A_range_raises_outside_of_it(string samples, string decisions) =>
        Assert.Equal(decisions, RuleSeries.Decisions(RuleSeries.Rule("""
            "when":{"kind":"range","metric":"t","low":1,"high":3}
            """), samples));

    [Theory]
    [InlineData("0=6 5=7 10=8", "raise@10")]
    [InlineData("0=6 9=7", "")]
    [InlineData("0=6 5=5 10=6 15=6", "")]
    [InlineData("0=6 5=5 10=6 15=6 20=6 21=5", "raise@20 clear@21")]
    [InlineData("0=6 5u=1 100=6", "raise@100")]
    [InlineData("100=6 105=6 50=6 59=6 60=6", "raise@60")]
    [InlineData("0=6 1=6 2=6 3=6 4=6 5=6 5=6 5=6 5=6 6=6 7=6 7=6 7=6 8=6 8=6 8=6 8=6 8=6 9=6 9=6 9=6 9=6 9=6 10=6", "raise@10")]
    public void For_a_time_means_without_a_sample_that_says_otherwise(string samples, string decisions) =>
        Assert.Equal(decisions, RuleSeries.Decisions(RuleSeries.Rule("""
            "when":{"kind":"threshold","metric":"t","op":">","value":5,"for":"00:00:10"}
            """), samples));

    [Theory]
    [InlineData("0=6 1=1 5=6 9=6 10=1", "raise@9 clear@10")]
    [InlineData("0=6 6=6 11=6", "")]
    [InlineData("0=6 6=6 11=6 12=6", "raise@12")]
    [InlineData("0=6 1=6 2=6 3=5 4=6 5=6 6=6", "raise@2 clear@3 raise@6")]
    public void A_count_within_a_time_needs_that_many_that_say_so(string samples, string decisions) =>
        Assert.Equal(decisions, RuleSeries.Decisions(RuleSeries.Rule("""
            "when":{"kind":"threshold","metric":"t","op":">","value":5,"count":3,"within":"00:00:10"}
            """), samples));

    [Theory]
    [InlineData("0=6 1=5 2=4 3=3.9", "raise@0 clear@2")]
    public void A_hysteresis_clears_only_when_the_value_went_back_far_enough(string samples, string decisions) =>
        Assert.Equal(decisions, RuleSeries.Decisions(RuleSeries.Rule("""
            "when":{"kind":"threshold","metric":"t","op":">","value":5},"hysteresis":1
            """), samples));

    [Theory]
    [InlineData("0=4 1=1 2=2 3=3", "raise@0 clear@2")]
    [InlineData("0=4 1=3 2=2.5", "raise@0 clear@2")]
    public void A_hysteresis_of_a_range_is_measured_inwards(string samples, string decisions) =>
        Assert.Equal(decisions, RuleSeries.Decisions(RuleSeries.Rule("""
            "when":{"kind":"range","metric":"t","low":1,"high":3},"hysteresis":0.5
            """), samples));

    [Theory]
    [InlineData("0=6 1=4 2u=1 3u=1 12u=1", "raise@0 clear@12")]
    [InlineData("0=6 2u=1 5u=0 8u=1 17u=1 18u=1 19=6", "raise@0 clear@18 raise@19")]
    public void A_clear_condition_of_its_own_may_look_elsewhere_and_for_a_time(string samples, string decisions) =>
        Assert.Equal(decisions, RuleSeries.Decisions(RuleSeries.Rule("""
            "when":{"kind":"threshold","metric":"t","op":">","value":5},"clear":{"kind":"threshold","metric":"u","op":"==","value":1,"for":"00:00:10"}
            """), samples));

    [Theory]
    [InlineData("0=0 10=5 20=11 30=12", "raise@20 clear@30")]
    [InlineData("0=0 0=100 10=5", "")]
    [InlineData("10=0 0=100 10=101", "")]
    [InlineData("0=0 10u=99 20=12", "raise@20")]
    public void A_rate_is_the_change_for_each_second_between_two_samples(string samples, string decisions) =>
        Assert.Equal(decisions, RuleSeries.Decisions(RuleSeries.Rule("""
            "when":{"kind":"rate","metric":"t","op":">","value":0.55}
            """), samples));

    [Theory]
    [InlineData("0=0 1=2 2=4 3=6", "raise@3")]
    [InlineData("0=0 1=2 2=2 3=4 4=6 5=8 6=8", "raise@5 clear@6")]
    [InlineData("0=0 1=2 1=9 2=4 3=6", "raise@3")]
    public void A_rate_for_a_time_counts_from_the_first_change_that_was_fast(string samples, string decisions) =>
        Assert.Equal(decisions, RuleSeries.Decisions(RuleSeries.Rule("""
            "when":{"kind":"rate","metric":"t","op":">","value":1,"for":"00:00:02"}
            """), samples));

    [Theory]
    [InlineData("0=0 1=2 2=2 3=4", "raise@3")]
    [InlineData("0=0 1=2 2=2 12=20 13=22", "raise@13")]
    public void A_rate_is_counted_too(string samples, string decisions) =>
        Assert.Equal(decisions, RuleSeries.Decisions(RuleSeries.Rule("""
            "when":{"kind":"rate","metric":"t","op":">","value":1,"count":2,"within":"00:00:10"}
            """), samples));

    [Theory]
    [InlineData("0=1 9! 10! 11! 12=1 21! 22!", "raise@10 clear@12 raise@22")]
    [InlineData("0! 10!", "raise@10")]
    [InlineData("0=1 5=1 10! 14! 15!", "raise@15")]
    [InlineData("0=1 5u=1 10!", "raise@10")]
    [InlineData("0=1 20=1 21!", "")]
    public void Absence_is_raised_by_the_clock_and_cleared_by_a_sample(string samples, string decisions) =>
        Assert.Equal(decisions, RuleSeries.Decisions(RuleSeries.Rule("""
            "when":{"kind":"absence","metric":"t","for":"00:00:10"}
            """), samples));

    [Fact]
    public void Absence_without_a_metric_is_of_any_sample() =>
        Assert.Equal("raise@15", RuleSeries.Decisions(RuleSeries.Rule("""
            "when":{"kind":"absence","for":"00:00:10"}
            """), "0=1 5u=1 10! 15!"));

    [Fact]
    public void A_sample_that_says_nothing_of_note_leaves_nothing_to_remember()
    {
        var rule = RuleSeries.Rule("""
            "when":{"kind":"threshold","metric":"t","op":">","value":5,"for":"00:00:10"}
            """);

        var run = new DeviceFleet.Devices.Alarms.RuleRun([rule], [], 0);
        var before = run.Memories;
        run.Look(RuleSeries.Sample(0, "t", 5), 0);

        Assert.Same(before, run.Memories);
    }
}
