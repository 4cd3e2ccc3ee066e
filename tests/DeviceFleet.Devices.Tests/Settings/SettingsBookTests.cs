using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Settings;

namespace DeviceFleet.Devices.Tests.Settings;

public sealed class SettingsBookTests
{
    private const long Now = 1_700_000_000_000;

    private static readonly SettingsBook Empty = SettingsBook.Of(StoredSettings.None);

    [Fact]
    public void A_sound_rule_is_in_force_with_the_id_of_its_key()
    {
        var book = Empty.With(Rule("hot", version: 1), Now);

        var rule = Assert.Single(book.ToSettings().Rules);
        Assert.Equal(("hot", 1L, 80.0), (rule.Id, rule.Version, rule.When.Value!.Value));
        Assert.Empty(book.Refused);
        Assert.Equal(1, book.ToSettings().Revision);
    }

    [Fact]
    public void Nothing_new_gives_the_same_book()
    {
        var book = Empty.With(Rule("hot", version: 1), Now);

        Assert.Same(book, book.With(Rule("hot", version: 1), Now + 1));
    }

    [Fact]
    public void A_changed_rule_without_a_higher_version_is_refused_and_the_old_one_stays()
    {
        var book = Empty.With(Rule("hot", version: 3), Now);

        var next = book.With(Rule("hot", version: 3, value: 90), Now + 1);

        Assert.Equal(80, Assert.Single(next.ToSettings().Rules).When.Value);
        var refused = Assert.Single(next.Refused);
        Assert.Equal(("rule.hot", 3L, Now + 1), (refused.Key, refused.InForce!.Value, refused.At));
        Assert.Contains("above 3", Assert.Single(refused.Faults), StringComparison.Ordinal);
        Assert.Equal(book.ToSettings().Revision, next.ToSettings().Revision);
    }

    [Fact]
    public void A_refusal_goes_when_its_setting_is_put_right_and_keeps_its_time_until_then()
    {
        var book = Empty.With(Rule("hot", version: 1), Now);
        var refused = book.With(Rule("hot", version: 1, value: 90), Now + 1).With(Rule("hot", version: 1, value: 90), Now + 2);

        var next = refused.With(Rule("hot", version: 2, value: 90), Now + 3);

        Assert.Equal(Now + 1, Assert.Single(refused.Refused).At);
        Assert.Empty(next.Refused);
        Assert.Equal((2L, 90.0), (next.ToSettings().Rules[0].Version, next.ToSettings().Rules[0].When.Value!.Value));
    }

    [Fact]
    public void A_key_that_is_taken_out_takes_its_setting_out()
    {
        var book = Empty.With(Rule("hot", version: 1), Now);

        var next = book.With(new Dictionary<string, string>(), Now);

        Assert.Empty(next.ToSettings().Rules);
        Assert.Equal(2, next.ToSettings().Revision);
    }

    [Fact]
    public void A_rule_that_comes_back_changed_needs_a_higher_version_than_it_had()
    {
        var gone = Empty.With(Rule("hot", version: 3), Now).With(new Dictionary<string, string>(), Now);

        Assert.Empty(gone.With(Rule("hot", version: 3, value: 90), Now).ToSettings().Rules);
        Assert.Single(gone.With(Rule("hot", version: 3), Now).ToSettings().Rules);
        Assert.Single(gone.With(Rule("hot", version: 4, value: 90), Now).ToSettings().Rules);
    }

    [Fact]
    public void All_faults_of_the_shape_are_told_together_each_with_its_path()
    {
        var book = Empty.With(
            new Dictionary<string, string>
            {
                ["rule.hot"] = """{"version":"one","when":{"kind":"treshold","metric":"t","op":"=>","for":"ten minutes"},"hysterisis":1}""",
            },
            Now);

        Assert.Equal(
            [
                "version: a whole number is wanted.",
                "when.kind: one of threshold, range, rate, absence is wanted.",
                "when.op: one of >, >=, <, <=, ==, != is wanted.",
                "when.for: a time as \"00:05:00\" or \"1.00:00:00\" is wanted.",
                "hysterisis: there is no such member; there are id, version, name, severity, scope, when, clear, hysteresis.",
                "severity: it is missing.",
            ],
            Assert.Single(book.Refused).Faults);
    }

    [Theory]
    [InlineData("{", "no JSON")]
    [InlineData("[]", "an object is wanted")]
    [InlineData("null", "an object is wanted")]
    public void What_is_no_object_is_refused(string value, string fault)
    {
        var refused = Assert.Single(Empty.With(new Dictionary<string, string> { ["rule.hot"] = value }, Now).Refused);

        Assert.Contains(fault, Assert.Single(refused.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_of_no_kind_and_ids_that_disagree_are_refused()
    {
        var book = Empty.With(
            new Dictionary<string, string>
            {
                ["rules.hot"] = "{}",
                ["rule.hot:version"] = "1",
                ["type.pump"] = """{"id":"pomp"}""",
            },
            Now);

        Assert.Equal(["rule.hot:version", "rules.hot", "type.pump"], book.Refused.Select(refused => refused.Key));
        Assert.Empty(book.ToSettings().Types);
    }

    [Fact]
    public void More_rules_than_there_may_be_do_not_push_out_those_in_force()
    {
        var many = Enumerable.Range(0, SettingsBook.RulesMax).ToDictionary(i => $"rule.m{i:0000}", _ => Text(1, 80));
        var book = Empty.With(many, Now);
        many["rule.a"] = Text(1, 80);

        var next = book.With(many, Now);

        Assert.Equal(SettingsBook.RulesMax, next.ToSettings().Rules.Count);
        Assert.Equal("rule.a", Assert.Single(next.Refused).Key);
    }

    [Fact]
    public void A_rule_is_for_devices_that_fit_type_group_and_all_tags()
    {
        var scoped = """{"version":1,"severity":"info","scope":{"types":["pump"],"groups":["oslo"],"tags":{"hall":"3"}},"when":{"kind":"absence","for":"00:01:00"}}""";
        var tagged = """{"version":1,"severity":"info","scope":{"tags":{"hall":"3"}},"when":{"kind":"absence","for":"00:01:00"}}""";
        var book = Empty.With(new Dictionary<string, string> { ["rule.scoped"] = scoped, ["rule.tagged"] = tagged, ["rule.all"] = Text(1, 80) }, Now);

        Assert.Empty(book.Refused);
        Assert.Equal(["all", "scoped", "tagged"], Ids("pump", "oslo/line-2", "3"));
        Assert.Equal(["all", "tagged"], Ids("fan", "oslo/line-2", "3"));
        Assert.Equal(["all", "tagged"], Ids("pump", "oslo-2", "3"));
        Assert.Equal(["all"], Ids("pump", "oslo", "4"));
        Assert.Equal(["all"], Ids(null, null, null));

        IEnumerable<string> Ids(string? type, string? group, string? hall) => book
            .RulesFor(type, new DeviceRegistration
            {
                Version = 1,
                Group = group is null ? null : GroupPath.Parse(group),
                Tags = hall is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["hall"] = hall },
            })
            .Select(rule => rule.Id);
    }

    [Fact]
    public void No_device_has_more_rules_than_it_may_the_first_by_id()
    {
        var book = Empty.With(Enumerable.Range(0, 100).ToDictionary(i => $"rule.r{i:00}", _ => Text(1, 80)), Now);

        var rules = book.RulesFor(null, new DeviceRegistration { Version = 0 });

        Assert.Equal(AlarmLimits.RulesPerDeviceMax, rules.Length);
        Assert.Equal("r63", rules[^1].Id);
    }

    private static Dictionary<string, string> Rule(string id, long version, double value = 80) => new() { ["rule." + id] = Text(version, value) };

    private static string Text(long version, double value) =>
        $$$"""{"version":{{{version}}},"severity":"warning","when":{"kind":"threshold","metric":"t","op":">","value":{{{value}}}}}""";
}
