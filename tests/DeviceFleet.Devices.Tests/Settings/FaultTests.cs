using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Settings;

namespace DeviceFleet.Devices.Tests.Settings;

public sealed class FaultTests
{
    [Theory]
    [InlineData("""{"kind":"threshold","metric":"t","op":">","value":1}""")]
    [InlineData("""{"kind":"threshold","metric":"t","op":"!=","value":0,"for":"00:10:00"}""")]
    [InlineData("""{"kind":"range","metric":"t","low":1}""")]
    [InlineData("""{"kind":"range","metric":"t","low":1,"high":2,"count":3,"within":"00:01:00"}""")]
    [InlineData("""{"kind":"rate","metric":"t","op":"<=","value":-0.5,"for":"30.00:00:00"}""")]
    [InlineData("""{"kind":"absence","for":"00:05:00"}""")]
    [InlineData("""{"kind":"absence","metric":"t","for":"00:05:00"}""")]
    public void Sound_conditions_have_no_fault(string when) => Assert.Empty(RuleFaults.Of(Rule(when)));

    [Theory]
    [InlineData("""{"kind":"threshold","op":">","value":1}""", "when.metric")]
    [InlineData("""{"kind":"threshold","metric":"t","value":1}""", "when.op")]
    [InlineData("""{"kind":"threshold","metric":"t","op":">"}""", "when.value")]
    [InlineData("""{"kind":"threshold","metric":"t","op":">","value":1,"low":0}""", "low and high are for a range")]
    [InlineData("""{"kind":"range","metric":"t"}""", "needs low, high or both")]
    [InlineData("""{"kind":"range","metric":"t","low":2,"high":1}""", "low is not above high")]
    [InlineData("""{"kind":"range","metric":"t","low":1,"op":">"}""", "not for a range")]
    [InlineData("""{"kind":"rate","metric":"t","op":"==","value":1}""", "a rate is compared")]
    [InlineData("""{"kind":"absence"}""", "when.for")]
    [InlineData("""{"kind":"absence","for":"00:01:00","value":1}""", "nothing else")]
    [InlineData("""{"kind":"threshold","metric":"t","op":">","value":1,"for":"00:00:00.5"}""", "1 second to 30 days")]
    [InlineData("""{"kind":"threshold","metric":"t","op":">","value":1,"for":"31.00:00:00"}""", "1 second to 30 days")]
    [InlineData("""{"kind":"threshold","metric":"t","op":">","value":1,"count":1,"within":"00:01:00"}""", "when.count")]
    [InlineData("""{"kind":"threshold","metric":"t","op":">","value":1,"count":31,"within":"00:01:00"}""", "when.count")]
    [InlineData("""{"kind":"threshold","metric":"t","op":">","value":1,"count":2}""", "go together")]
    [InlineData("""{"kind":"threshold","metric":"t","op":">","value":1,"count":2,"within":"1.00:00:01"}""", "1 second to 1 day")]
    [InlineData("""{"kind":"threshold","metric":"t","op":">","value":1,"count":2,"within":"00:01:00","for":"00:01:00"}""", "either for, or count")]
    public void Each_fault_of_a_condition_is_told(string when, string fault) =>
        Assert.Contains(fault, Assert.Single(RuleFaults.Of(Rule(when))), StringComparison.Ordinal);

    [Fact]
    public void All_faults_of_a_rule_are_told_together()
    {
        var rule = Rule("""{"kind":"absence","for":"00:01:00"}""") with
        {
            Id = "no id",
            Version = 0,
            Name = "",
            Scope = new RuleScope { Types = ["p ump"], Tags = new Dictionary<string, string> { [""] = "" } },
            Clear = new RuleCondition { Kind = ConditionKind.Threshold, Metric = "t" },
            Hysteresis = 0,
        };

        var faults = RuleFaults.Of(rule);

        Assert.Equal(
            ["id", "version", "name", "scope.types", "scope.tags", "clear", "clear.op", "clear.value", "hysteresis", "hysteresis", "hysteresis"],
            faults.Select(fault => fault[..fault.IndexOf(':', StringComparison.Ordinal)]));
    }

    [Fact]
    public void A_hysteresis_that_leaves_no_room_in_the_range_is_a_fault()
    {
        var rule = Rule("""{"kind":"range","metric":"t","low":1,"high":3}""");

        Assert.Empty(RuleFaults.Of(rule with { Hysteresis = 1 }));
        Assert.Single(RuleFaults.Of(rule with { Hysteresis = 1.5 }));
    }

    [Fact]
    public void All_faults_of_a_type_are_told_together()
    {
        var type = new DeviceType
        {
            Id = "pump",
            OnlyThese = true,
            ReportingInterval = TimeSpan.FromDays(8),
            Twin = new Dictionary<string, TwinMemberSpec>
            {
                ["interval"] = new() { Kind = TwinValueKind.Whole, Min = 2, Max = 1 },
                ["/mode"] = new() { Kind = TwinValueKind.Text, Min = 1, OneOf = [] },
            },
        };

        Assert.Equal(6, TypeFaults.Of(type).Count);
        Assert.Empty(TypeFaults.Of(new DeviceType { Id = "pump" }));
    }

    private static AlarmRule Rule(string when) => new()
    {
        Id = "rule",
        Version = 1,
        Severity = AlarmSeverity.Info,
        When = JsonSerializer.Deserialize(when, ContractsJson.Default.RuleCondition)!,
    };
}
