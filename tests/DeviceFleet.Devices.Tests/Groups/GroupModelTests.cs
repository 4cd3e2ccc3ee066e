using CsCheck;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Devices.Groups;

namespace DeviceFleet.Devices.Tests.Groups;

/// <summary>A group against a reference that keeps every message and counts all of it anew.</summary>
public sealed class GroupModelTests
{
    private const long Now = 1_700_000_000_000;

    private static readonly GroupPath Site = GroupPath.Parse("oslo");

    private enum Step
    {
        Join,
        JoinSeen,
        Leave,
        Look,
        LookBelow,
        StoreAndLoad,
    }

    [Fact]
    public void Members_and_numbers_are_what_the_messages_say_in_any_order()
    {
        var step = Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 5], Gen.Long[0, 12], Gen.Enum<Presence>(), Gen.Int[0, 2], Gen.Int[-50, 50]);
        step.List[1, 80].Sample(
            steps =>
            {
                var group = new GroupState(Site);
                var reference = new Reference();
                var now = Now;
                var last = group.View(now);
                foreach (var (kind, which, number, presence, alarms, value) in steps)
                {
                    now++;
                    var device = DeviceId.Parse($"pump-{which}");
                    var seen = new MemberObservation
                    {
                        DeviceId = device,
                        Revision = number,
                        Presence = presence,
                        Alarms = alarms,
                        Severity = alarms == 0 ? null : (AlarmSeverity)alarms,
                        Metrics = new Dictionary<string, double> { [value % 2 == 0 ? "even" : "odd"] = value },
                    };
                    switch (kind)
                    {
                        case Step.Join:
                        case Step.JoinSeen:
                            var join = new GroupMembership { DeviceId = device, Version = number, IsMember = true, Observation = kind == Step.JoinSeen ? seen : null };
                            Assert.Equal(reference.Take(join), group.SetMember(join));
                            break;
                        case Step.Leave:
                            var leave = new GroupMembership { DeviceId = device, Version = number, IsMember = false };
                            Assert.Equal(reference.Take(leave), group.SetMember(leave));
                            break;
                        case Step.Look:
                            group.Observe(seen, now);
                            reference.Take(seen);
                            break;
                        case Step.LookBelow:
                            var below = new ChildObservation(GroupPath.Parse($"oslo/line-{which}"), number, new Reference(seen).Rollup());
                            Assert.True(group.Observe(below));
                            reference.Take(below);
                            break;
                        case Step.StoreAndLoad:
                            group = Reload(group, now);
                            break;
                    }

                    var view = group.View(now);
                    Assert.True(RollupSum.IsSame(reference.Rollup(), view.Rollup));
                    Assert.Equal(view.Rollup.Devices, view.Rollup.Online + view.Rollup.Stale + view.Rollup.Offline + view.Rollup.Unknown);
                    Assert.Equal(reference.Members(), group.MembersAfter(null, 100).Members);
                    Assert.True(view.Revision >= last.Revision);
                    Assert.True(view.Revision > last.Revision || RollupSum.IsSame(view.Rollup, last.Rollup));
                    last = view;
                }
            },
            iter: 1_000);
    }

    /// <summary>By way of the store, whole.</summary>
    private static GroupState Reload(GroupState group, long now)
    {
        var shards = Enumerable.Range(0, GroupStorage.Shards).ToList();
        foreach (var shard in shards)
        {
            foreach (var device in group.MembersAfter(null, 1_000).Members.Where(device => GroupStorage.ShardOf(device) == shard))
            {
                group.MarkUnsaved(device);
            }
        }

        var stored = new StoredGroup { Children = group.Children };
        return GroupState.Load(
            Site, stored, [.. shards.Select(group.StoredMembers)], [.. group.StoredSeen().Select(entry => entry.Seen)], group.StoredLook(), now);
    }

    private sealed class Reference
    {
        private readonly List<object> _messages = [];

        public Reference(params MemberObservation[] devices)
        {
            foreach (var device in devices)
            {
                Take(new GroupMembership { DeviceId = device.DeviceId, Version = 0, IsMember = true, Observation = device });
            }
        }

        public ChangeOutcome Take(GroupMembership change)
        {
            var known = _messages.OfType<GroupMembership>().Where(other => other.DeviceId == change.DeviceId).Select(other => other.Version).DefaultIfEmpty(-1).Max();
            if (change.Version <= known)
            {
                return ChangeOutcome.Unchanged;
            }

            _messages.Add(change);
            return ChangeOutcome.Applied;
        }

        public void Take(object observation) => _messages.Add(observation);

        public List<DeviceId> Members() =>
            [.. _messages.OfType<GroupMembership>().GroupBy(change => change.DeviceId).Where(changes => changes.Last().IsMember).Select(changes => changes.Key).OrderBy(id => id.Value, StringComparer.Ordinal)];

        public GroupRollup Rollup()
        {
            var seen = Members().Select(Seen).ToList();
            var below = _messages.OfType<ChildObservation>().GroupBy(child => child.Path).Select(group => group.MaxBy(child => child.Revision)!.Rollup).ToList();
            var values = seen.OfType<MemberObservation>().SelectMany(device => device.Metrics.Select(metric => (metric.Key, Rollup: new MetricRollup(1, metric.Value, metric.Value, metric.Value))))
                .Concat(below.SelectMany(rollup => rollup.Metrics.Select(metric => (metric.Key, Rollup: metric.Value))));
            return new GroupRollup
            {
                Devices = seen.Count + below.Sum(rollup => rollup.Devices),
                Online = seen.Count(device => device?.Presence == Presence.Online) + below.Sum(rollup => rollup.Online),
                Stale = seen.Count(device => device?.Presence == Presence.Stale) + below.Sum(rollup => rollup.Stale),
                Offline = seen.Count(device => device?.Presence == Presence.Offline) + below.Sum(rollup => rollup.Offline),
                Unknown = seen.Count(device => device is null or { Presence: Presence.Unknown }) + below.Sum(rollup => rollup.Unknown),
                Alarming = seen.Count(device => device?.Alarms > 0) + below.Sum(rollup => rollup.Alarming),
                Critical = seen.Count(device => device?.Severity == AlarmSeverity.Critical) + below.Sum(rollup => rollup.Critical),
                Metrics = values.GroupBy(value => value.Key).ToDictionary(
                    metric => metric.Key,
                    metric => new MetricRollup(
                        metric.Sum(value => value.Rollup.Count), metric.Min(value => value.Rollup.Min), metric.Max(value => value.Rollup.Max), metric.Sum(value => value.Rollup.Sum))),
            };
        }

        /// <summary>What a member looks like: what was said since it came, each message only if it is newer than those before.</summary>
        private MemberObservation? Seen(DeviceId device)
        {
            var lastLeave = _messages.FindLastIndex(message => message is GroupMembership { IsMember: false } change && change.DeviceId == device);
            var came = _messages.FindIndex(lastLeave + 1, message => message is GroupMembership { IsMember: true } change && change.DeviceId == device);
            MemberObservation? seen = null;
            foreach (var message in _messages.Skip(came))
            {
                var said = message as MemberObservation ?? (message as GroupMembership)?.Observation;
                if (said is not null && said.DeviceId == device && (seen is null || said.Revision > seen.Revision))
                {
                    var metrics = new Dictionary<string, double>(seen?.Metrics ?? new Dictionary<string, double>());
                    foreach (var (name, value) in said.Metrics)
                    {
                        metrics[name] = value;
                    }

                    seen = said with { Metrics = metrics };
                }
            }

            return seen;
        }
    }
}
