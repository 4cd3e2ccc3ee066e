using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Groups;

namespace DeviceFleet.Devices.Tests.Groups;

public sealed class GroupStateTests
{
    private const long Now = 1_700_000_000_000;

    private readonly GroupState _group = new(GroupPath.Parse("oslo/line-2"));

    [Fact]
    public void A_full_group_says_so_and_takes_who_comes_when_another_has_left()
    {
        for (var i = 0; i < GroupLimits.MembersMax; i++)
        {
            Assert.Equal(ChangeOutcome.Applied, _group.SetMember(Join($"d-{i}", 1)));
        }

        Assert.Equal(ChangeOutcome.Full, _group.SetMember(Join("one-more", 1)));
        Assert.Equal(ChangeOutcome.Applied, _group.SetMember(Join("d-7", 2)));
        Assert.Equal(ChangeOutcome.Applied, _group.SetMember(Join("d-7", 3) with { IsMember = false }));
        Assert.Equal(ChangeOutcome.Applied, _group.SetMember(Join("one-more", 1)));
        Assert.Equal(GroupLimits.MembersMax, _group.View(Now).Rollup.Devices);
    }

    [Fact]
    public void Who_joins_a_large_group_costs_a_write_of_a_few_kilobytes()
    {
        for (var i = 0; i < GroupLimits.MembersMax; i++)
        {
            _group.SetMember(Join($"a-device-with-a-long-name-{i}", 1));
        }

        var bytes = Enumerable.Range(0, GroupStorage.Shards).Select(shard => JsonSerializer.SerializeToUtf8Bytes(_group.StoredMembers(shard), DeviceStateJson.Default.StoredMembers).Length);

        Assert.InRange(bytes.Max(), 1, 10_000);
    }

    [Fact]
    public void What_left_is_remembered_up_to_a_bound()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _group.SetMember(Join($"d-{i}", 2) with { IsMember = false });
        }

        Assert.All(Enumerable.Range(0, GroupStorage.Shards), shard => Assert.Equal(GroupState.DeparturesMax, _group.StoredMembers(shard).Gone.Count));
        Assert.Equal(ChangeOutcome.Unchanged, _group.SetMember(Join("d-9999", 1)));
    }

    [Fact]
    public void Members_come_in_pages_in_order_of_their_ids()
    {
        foreach (var name in (string[])["c", "a", "d", "b"])
        {
            _group.SetMember(Join(name, 1));
        }

        var first = _group.MembersAfter(null, 3);
        var second = _group.MembersAfter(first.Next, 3);

        Assert.Equal(["a", "b", "c"], first.Members.Select(device => device.Value));
        Assert.Equal(["d"], second.Members.Select(device => device.Value));
        Assert.Null(second.Next);
    }

    [Fact]
    public void Of_whom_nothing_came_for_a_minute_is_asked_and_who_is_offline_after_an_hour()
    {
        _group.SetMember(Join("on", 1));
        _group.SetMember(Join("off", 1));
        Assert.Equal(["off", "on"], _group.Overdue(Now, 10).Select(device => device.Value));
        Look("on", Presence.Online, Now);
        Look("off", Presence.Offline, Now);

        Assert.Empty(_group.Overdue(Now + 59_999, 10));
        Assert.Equal(["on"], _group.Overdue(Now + 60_000, 10).Select(device => device.Value));
        Assert.Equal(Now + 60_000, _group.NextLook());
        Assert.Equal(["off", "on"], _group.Overdue(Now + 3_600_000, 10).Select(device => device.Value));
        Assert.Single(_group.Overdue(Now + 3_600_000, 1));
    }

    [Fact]
    public void A_group_that_is_not_directly_below_is_no_child()
    {
        Assert.False(_group.Observe(new ChildObservation(GroupPath.Parse("oslo/line-3/cell-1"), 1, GroupRollup.Empty)));
        Assert.False(_group.Observe(new ChildObservation(GroupPath.Parse("oslo"), 1, GroupRollup.Empty)));
        Assert.True(_group.Observe(new ChildObservation(GroupPath.Parse("oslo/line-2/cell-1"), 1, GroupRollup.Empty)));
    }

    [Fact]
    public void Of_more_groups_below_than_the_bound_an_empty_one_makes_room()
    {
        var one = new GroupState(GroupPath.Parse("x"));
        one.SetMember(Join("d", 1));
        var full = one.View(Now).Rollup;
        for (var i = 0; i < GroupLimits.ChildrenMax; i++)
        {
            Assert.True(_group.Observe(new ChildObservation(GroupPath.Parse($"oslo/line-2/cell-{i}"), 1, i == 5 ? GroupRollup.Empty : full)));
        }

        Assert.True(_group.Observe(new ChildObservation(GroupPath.Parse("oslo/line-2/more"), 1, full)));
        Assert.False(_group.Observe(new ChildObservation(GroupPath.Parse("oslo/line-2/still-more"), 1, full)));
        Assert.Equal(GroupLimits.ChildrenMax, _group.View(Now).Rollup.Devices);
    }

    [Fact]
    public void Only_the_first_metrics_by_name_are_rolled_up()
    {
        _group.SetMember(Join("d", 1));
        Look("d", Presence.Online, Now, Enumerable.Range(0, 100).ToDictionary(i => $"m{i:000}", i => (double)i));

        var metrics = _group.View(Now).Rollup.Metrics;

        Assert.Equal(Enumerable.Range(0, GroupLimits.MetricsMax).Select(i => $"m{i:000}"), metrics.Keys.Order());
    }

    private static GroupMembership Join(string device, long version) => new() { DeviceId = DeviceId.Parse(device), Version = version, IsMember = true };

    private void Look(string device, Presence presence, long now, Dictionary<string, double>? metrics = null) =>
        _group.Observe(new MemberObservation { DeviceId = DeviceId.Parse(device), Revision = 1, Presence = presence, Metrics = metrics ?? [] }, now);
}
