using CsCheck;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Settings;

namespace DeviceFleet.Devices.Tests.Alarms;

/// <summary>Random lives of a device under changing rules, beside the naive reference.</summary>
public sealed class AlarmModelTests
{
    private static readonly DeviceId Device = DeviceId.Parse("pump-1");

    private static readonly Gen<RuleCondition> Judging =
        from kind in Gen.Int[0, 2].Select(kind => (ConditionKind)kind)
        from op in Gen.Enum<Comparison>()
        from value in Gen.Int[-2, 2]
        from metric in Gen.Int[0, 2].Select(metric => metric == 0 ? "u" : "t")
        from time in Gen.Int[0, 3]
        from seconds in Gen.Int[1, 12]
        from count in Gen.Int[2, 5]
        select new RuleCondition
        {
            Kind = kind,
            Metric = metric,
            Op = kind == ConditionKind.Range ? null : kind == ConditionKind.Rate ? (Comparison)((int)op % 4) : op,
            Value = kind == ConditionKind.Range ? null : value,
            Low = kind == ConditionKind.Range ? value - 1 : null,
            High = kind == ConditionKind.Range ? value + 1 : null,
            For = time == 1 ? TimeSpan.FromSeconds(seconds) : null,
            Count = time == 2 ? count : null,
            Within = time == 2 ? TimeSpan.FromSeconds(seconds) : null,
        };

    private static readonly Gen<AlarmRule> Rules =
        from isAbsence in Gen.Int[0, 4]
        from when in Judging
        from clear in Judging
        from way in Gen.Int[0, 2]
        from severity in Gen.Enum<AlarmSeverity>()
        let rule = new AlarmRule { Id = "r", Version = 1, Severity = severity, When = when, Clear = way == 1 ? clear : null, Hysteresis = way == 2 ? 0.5 : null }
        select isAbsence == 0
            ? rule with { When = new RuleCondition { Kind = ConditionKind.Absence, Metric = when.Metric == "u" ? null : "t", For = TimeSpan.FromSeconds(5) }, Clear = null, Hysteresis = null }
            : RuleFaults.Of(rule).Count == 0 ? rule : rule with { Hysteresis = null };

    private static readonly Gen<Step> Steps =
        from what in Gen.Int[0, 39]
        from slot in Gen.Int[0, 2]
        from t in Gen.Int[-4, 4]
        from u in Gen.Int[-4, 4]
        from after in Gen.Int[0, 4]
        from rule in Rules
        select new Step(what, slot, t, u, after, rule);

    [Fact]
    public void Any_life_has_the_alarms_of_the_reference_and_each_can_be_derived_from_its_evidence() =>
        Steps.List[1, 150].Sample(
            steps =>
            {
                var life = new AlarmLife(Device);
                steps.ForEach(life.Do);
                life.Check();
            },
            iter: 2_000,
            print: steps => string.Join('\n', steps));

    [Fact]
    public void A_run_that_is_longer_than_what_is_remembered_of_it_is_derived_all_the_same() =>
        Gen.Select(Rules.Where(rule => rule.When.For is not null && rule.When.Kind != ConditionKind.Absence), Gen.Int[-4, 4].List[20, 120], Gen.Int[1, 4]).Sample(
            (rule, values, slope) =>
            {
                var life = new AlarmLife(Device);
                life.Do(new Step(39, 0, 0, 0, 0, rule with { When = rule.When with { For = TimeSpan.FromMilliseconds(1_000 + (values.Count * 5)) } }));
                for (var i = 0; i < values.Count; i++)
                {
                    // Mostly the same value, or the same slope, so that runs are long.
                    var value = rule.When.Kind == ConditionKind.Rate ? slope * i / 10.0 : values[0];
                    life.Sample(milliseconds: 10, new Dictionary<string, double> { [rule.When.Metric!] = i % 50 == 49 ? values[i] : value });
                }

                life.Check();
            },
            iter: 1_000);

    internal sealed record Step(int What, int Slot, int T, int U, int After, AlarmRule Rule);
}
