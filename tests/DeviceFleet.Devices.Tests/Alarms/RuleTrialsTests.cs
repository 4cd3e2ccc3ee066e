using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Alarms;

namespace DeviceFleet.Devices.Tests.Alarms;

public sealed class RuleTrialsTests
{
    private static readonly AlarmRule Quiet = new()
    {
        Version = 1,
        Severity = AlarmSeverity.Info,
        When = new RuleCondition { Kind = ConditionKind.Absence, For = TimeSpan.FromSeconds(10) },
    };

    [Fact]
    public void A_draft_does_to_recorded_samples_what_it_would_have_done()
    {
        var result = RuleTrials.Run(Trial(Quiet, until: 60, [0, 5, 20, 25], [3, 8]));

        Assert.Empty(result.Faults);
        Assert.Equal(6, result.Samples);
        Assert.Equal(
            [("pump-0", 15_000L, (long?)20_000L), ("pump-1", 18_000L, null), ("pump-0", 35_000L, null)],
            result.Alarms.Select(alarm => (alarm.DeviceId.Value, alarm.RaisedAt, alarm.ClearedAt)));
        Assert.All(result.Alarms, alarm => Assert.True(RuleEvaluator.DerivesRaise(new PreparedRule(alarm.Rule), alarm.Evidence)));
    }

    [Fact]
    public void Without_an_end_absence_is_looked_for_until_the_last_sample()
    {
        Assert.Empty(RuleTrials.Run(Trial(Quiet, until: null, [0, 5])).Alarms);
    }

    [Fact]
    public void A_faulty_draft_is_not_tried_and_all_its_faults_are_told()
    {
        var result = RuleTrials.Run(Trial(Quiet with { Version = 0, When = Quiet.When with { For = null } }, until: null, [0]));

        Assert.Equal((2, 0, 0L), (result.Faults.Count, result.Alarms.Count, result.Samples));
    }

    [Fact]
    public void Series_that_cannot_be_tried_are_told()
    {
        var trial = new RuleTrial
        {
            Rule = Quiet,
            Series = new Dictionary<string, IReadOnlyList<TelemetrySample>>
            {
                ["no device"] = [],
                ["pump-1"] = [new() { Metrics = new Dictionary<string, double>() }],
            },
        };

        Assert.Equal(2, RuleTrials.Run(trial).Faults.Count);
    }

    private static RuleTrial Trial(AlarmRule rule, long? until, params long[][] seconds) => new()
    {
        Rule = rule,
        Until = until * 1_000,
        Series = seconds.Index().ToDictionary(
            series => $"pump-{series.Index}",
            IReadOnlyList<TelemetrySample> (series) => [.. series.Item.Select(second => RuleSeries.Sample(second * 1_000, "t", 1))]),
    };
}
