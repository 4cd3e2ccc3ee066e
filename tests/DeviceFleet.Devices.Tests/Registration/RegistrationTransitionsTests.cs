using CsCheck;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Registration;

namespace DeviceFleet.Devices.Tests.Registration;

public sealed class RegistrationTransitionsTests
{
    private static readonly DeviceRegistration None = new() { Version = 0 };

    private static readonly RegistrationWrite Write = new() { By = "ann", At = 7 };

    [Fact]
    public void A_write_sets_what_it_names_and_leaves_the_rest()
    {
        var first = None.Apply(Write with { SetType = true, Type = "pump", SetGroup = true, Group = GroupPath.Parse("oslo/line-2"), Tags = Tags(("floor", "3")) }).Value!;

        var second = first.Apply(Write with { By = "bob", At = 8, SetType = true, Tags = Tags(("owner", "x"), ("floor", null)) });

        Assert.Equal(ChangeOutcome.Applied, second.Outcome);
        Assert.Equal((2L, null, GroupPath.Parse("oslo/line-2"), "bob", 8L), (second.Value!.Version, second.Value.Type, second.Value.Group!.Value, second.Value.By, second.Value.At!.Value));
        Assert.Equal(new Dictionary<string, string> { ["owner"] = "x" }, second.Value.Tags);
    }

    [Fact]
    public void A_write_that_says_what_is_there_changes_nothing()
    {
        var first = None.Apply(Write with { SetType = true, Type = "pump", Tags = Tags(("a", "1")) }).Value!;

        var again = first.Apply(Write with { SetType = true, Type = "pump", Tags = Tags(("a", "1"), ("b", null)) });

        Assert.Equal(ChangeOutcome.Unchanged, again.Outcome);
        Assert.Same(first, again.Value);
    }

    [Fact]
    public void A_write_made_from_another_version_is_a_conflict()
    {
        var first = None.Apply(Write with { SetType = true, Type = "pump", IfVersion = 0 }).Value!;

        var stale = first.Apply(Write with { SetType = true, Type = "valve", IfVersion = 0 });

        Assert.Equal(ChangeOutcome.Conflict, stale.Outcome);
        Assert.Same(first, stale.Value);
    }

    [Fact]
    public void All_that_is_wrong_is_said_together()
    {
        var wrong = None.Apply(Write with
        {
            By = new string('b', 129),
            SetType = true,
            Type = "a pump",
            Tags = Tags(("no name", "1"), ("long", new string('v', 129))),
            IfVersion = 9,
        });

        Assert.Equal(ChangeOutcome.Invalid, wrong.Outcome);
        Assert.All(["By", "'a pump'", "'no name'", "'long'"], part => Assert.Contains(part, wrong.Detail, StringComparison.Ordinal));
        Assert.Same(None, wrong.Value);
    }

    [Fact]
    public void No_more_tags_than_the_bound()
    {
        var full = None.Apply(Write with { Tags = Enumerable.Range(0, 32).ToDictionary(i => $"t{i}", string? (i) => "x") }).Value!;

        Assert.Equal(ChangeOutcome.Invalid, full.Apply(Write with { Tags = Tags(("one-more", "x")) }).Outcome);
        Assert.Equal(ChangeOutcome.Applied, full.Apply(Write with { Tags = Tags(("one-more", "x"), ("t0", null)) }).Outcome);
    }

    [Fact]
    public void The_version_rises_by_one_for_each_change_and_only_the_newest_is_written_on()
    {
        string?[] texts = [null, "a", "b", "not a name"];
        var text = Gen.Int[0, texts.Length - 1].Select(i => texts[i]);
        Gen.Select(Gen.Bool, text, Gen.Bool, Gen.Int[0, 3], text, Gen.Long[-1, 5]).List[1, 40].Sample(
            writes =>
            {
                var current = None;
                var (type, group, tag) = ((string?)null, (string?)null, (string?)null);
                foreach (var (setType, newType, setGroup, place, newTag, ifVersion) in writes)
                {
                    var newGroup = place == 0 ? null : $"site/line-{place}";
                    var write = Write with
                    {
                        SetType = setType,
                        Type = newType,
                        SetGroup = setGroup,
                        Group = newGroup is null ? null : GroupPath.Parse(newGroup),
                        Tags = Tags(("tag", newTag)),
                        IfVersion = ifVersion < 0 ? null : ifVersion,
                    };
                    var expected = setType && newType == "not a name" ? ChangeOutcome.Invalid
                        : ifVersion >= 0 && ifVersion != current.Version ? ChangeOutcome.Conflict
                        : (!setType || newType == type) && (!setGroup || newGroup == group) && newTag == tag ? ChangeOutcome.Unchanged
                        : ChangeOutcome.Applied;

                    var reply = current.Apply(write);

                    Assert.Equal(expected, reply.Outcome);
                    if (expected == ChangeOutcome.Applied)
                    {
                        (type, group, tag) = (setType ? newType : type, setGroup ? newGroup : group, newTag);
                        Assert.Equal(current.Version + 1, reply.Value!.Version);
                    }
                    else
                    {
                        Assert.Same(current, reply.Value);
                    }

                    current = reply.Value!;
                    Assert.Equal((type, group, tag), (current.Type, current.Group?.Value, current.Tags.GetValueOrDefault("tag")));
                }
            },
            iter: 1_000);
    }

    private static Dictionary<string, string?> Tags(params (string Name, string? Value)[] tags) => tags.ToDictionary(tag => tag.Name, tag => tag.Value);
}
