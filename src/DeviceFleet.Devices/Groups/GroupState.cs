using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;

namespace DeviceFleet.Devices.Groups;

/// <summary>
/// A group in memory: who is in it, what they look like, what lies below, and the numbers of all of it, which are added up anew when they are asked for and something
/// changed. It reads no clock and does no I/O. Not thread-safe: one turn at a time.
/// </summary>
internal sealed class GroupState(GroupPath path)
{
    /// <summary>Departures remembered in each shard; of one who left before those, an older message that comes later still would count.</summary>
    public const int DeparturesMax = 32;

    /// <summary>An online device says something more often than this; when nothing came for as long, something was lost and it is asked.</summary>
    public const long LookAfterMs = 60_000;

    /// <summary>One that is offline is asked more seldom: it may well be silent for months, and need not be kept in memory for being asked.</summary>
    public const long LookAtOfflineAfterMs = 3_600_000;

    private readonly SortedDictionary<string, Member> _members = new(StringComparer.Ordinal);
    private readonly List<Departure>[] _gone = [.. Enumerable.Range(0, GroupStorage.Shards).Select(_ => new List<Departure>())];
    private readonly SortedDictionary<string, ChildObservation?> _children = new(StringComparer.Ordinal);
    private GroupRollup _rollup = GroupRollup.Empty;
    private long? _at;
    private long _revision;
    private bool _isDirty;
    private bool _hasChanged;

    /// <summary>Shards whose observations changed since they were stored.</summary>
    public ulong UnsavedSeen { get; private set; }

    /// <summary>Whether anything that is checkpointed changed since it was stored.</summary>
    public bool IsUnsaved { get; private set; }

    public IReadOnlyList<GroupPath> Children => [.. _children.Keys.Select(GroupPath.Parse)];

    public bool HasChild(GroupPath child) => _children.ContainsKey(child.Value);

    /// <summary>Takes what was stored. Revisions go on from <paramref name="now"/>: what was not stored before a crash had lower ones.</summary>
    public static GroupState Load(
        GroupPath path, StoredGroup stored, IEnumerable<StoredMembers> members, IEnumerable<StoredSeen> seen, StoredLook? look, long now)
    {
        var state = new GroupState(path) { _revision = now, _at = look?.At };
        foreach (var shard in members)
        {
            foreach (var (id, version) in shard.Members)
            {
                state._members[id] = new Member { Version = version };
            }

            foreach (var departure in shard.Gone)
            {
                state._gone[GroupStorage.ShardOf(DeviceId.Parse(departure.Id))].Add(departure);
            }
        }

        foreach (var observation in seen.SelectMany(shard => shard.Members))
        {
            if (state._members.TryGetValue(observation.DeviceId.Value, out var member))
            {
                member.Seen = observation;
            }
        }

        foreach (var child in stored.Children)
        {
            state._children[child.Value] = look?.Children.FirstOrDefault(observation => observation.Path == child);
        }

        state._rollup = state.Sum();
        return state;
    }

    /// <summary>A member comes or goes: applied, unchanged (as new, or newer, was known), or full.</summary>
    public ChangeOutcome SetMember(GroupMembership change)
    {
        var id = change.DeviceId.Value;
        var gone = _gone[GroupStorage.ShardOf(change.DeviceId)];
        var isMember = _members.TryGetValue(id, out var member);
        var departure = gone.FindIndex(entry => entry.Id == id);
        var known = isMember ? member!.Version : departure >= 0 ? gone[departure].Version : -1;
        if (change.Version <= known)
        {
            return ChangeOutcome.Unchanged;
        }

        if (change.IsMember && !isMember && _members.Count >= GroupLimits.MembersMax)
        {
            return ChangeOutcome.Full;
        }

        if (departure >= 0)
        {
            gone.RemoveAt(departure);
        }

        if (change.IsMember)
        {
            member ??= _members[id] = new Member();
            member.Version = change.Version;
            if (change.Observation is { } seen)
            {
                See(member, seen);
            }
        }
        else
        {
            _members.Remove(id);
            gone.Add(new Departure(id, change.Version));
            if (gone.Count > DeparturesMax)
            {
                gone.RemoveAt(0);
            }

            MarkUnsaved(change.DeviceId);
        }

        (_isDirty, _hasChanged) = (true, true);
        return ChangeOutcome.Applied;
    }

    /// <summary>What a member looks like; the newest revision wins. One that is no member is ignored.</summary>
    public void Observe(MemberObservation seen, long now)
    {
        if (_members.TryGetValue(seen.DeviceId.Value, out var member))
        {
            member.LookedAt = now;
            See(member, seen);
        }
    }

    /// <summary>What a group below looks like; the newest revision wins. False: it is not one directly below, or there are as many as there may be.</summary>
    public bool Observe(ChildObservation seen)
    {
        if (seen.Path.Parent != path)
        {
            return false;
        }

        if (!_children.TryGetValue(seen.Path.Value, out var known) && !MakeRoom())
        {
            return false;
        }

        if (known is null || seen.Revision > known.Revision)
        {
            _children[seen.Path.Value] = seen;
            (_isDirty, IsUnsaved, _hasChanged) = (true, true, _hasChanged || known is null);
        }

        return true;
    }

    /// <summary>The group now; if its numbers are others than when last asked, it has a new revision.</summary>
    public GroupView View(long now)
    {
        if (_isDirty)
        {
            var rollup = Sum();
            if (!RollupSum.IsSame(rollup, _rollup))
            {
                (_rollup, _at, IsUnsaved, _hasChanged) = (rollup, now, true, true);
            }

            _revision = _hasChanged ? Math.Max(_revision + 1, now) : _revision;
            (_isDirty, _hasChanged) = (false, false);
        }

        return new GroupView { Path = path, Revision = _revision, Members = _members.Count, Children = Children, Rollup = _rollup, At = _at };
    }

    /// <summary>Members in order of their ids, from the one after <paramref name="after"/>.</summary>
    public GroupMembers MembersAfter(DeviceId? after, int limit)
    {
        var page = _members.Keys.Where(id => after is null || string.CompareOrdinal(id, after.Value.Value) > 0).Take(limit + 1).Select(DeviceId.Parse).ToList();
        return page.Count <= limit ? new GroupMembers(page, null) : new GroupMembers(page[..limit], page[limit - 1]);
    }

    /// <summary>Members of whom nothing came for too long, at most <paramref name="most"/>, in order of their ids.</summary>
    public IReadOnlyList<DeviceId> Overdue(long now, int most) =>
        [.. _members.Where(member => member.Value.LookAt <= now).Take(most).Select(member => DeviceId.Parse(member.Key))];

    /// <summary>When the next member is overdue, Unix milliseconds UTC; null: there is none.</summary>
    public long? NextLook() => _members.Count == 0 ? null : _members.Values.Min(member => member.LookAt);

    /// <summary>They are being asked.</summary>
    public void NoteAsked(IEnumerable<DeviceId> devices, long now)
    {
        foreach (var device in devices)
        {
            if (_members.TryGetValue(device.Value, out var member))
            {
                member.LookedAt = now;
            }
        }
    }

    public StoredMembers StoredMembers(int shard) => new(
        _members.Where(member => GroupStorage.ShardOf(DeviceId.Parse(member.Key)) == shard).ToDictionary(member => member.Key, member => member.Value.Version), [.. _gone[shard]]);

    public StoredLook StoredLook() => new(_at, [.. _children.Values.OfType<ChildObservation>()]);

    /// <summary>The shards of observations that changed since they were stored.</summary>
    public IEnumerable<(int Shard, StoredSeen Seen)> StoredSeen()
    {
        var byShard = _members.Values.Where(member => member.Seen is not null).ToLookup(member => GroupStorage.ShardOf(member.Seen!.DeviceId), member => member.Seen!);
        for (var shard = 0; shard < GroupStorage.Shards; shard++)
        {
            if ((UnsavedSeen & (1ul << shard)) != 0)
            {
                yield return (shard, new StoredSeen([.. byShard[shard]]));
            }
        }
    }

    /// <summary>What is stored of a device's shard is out of date.</summary>
    public void MarkUnsaved(DeviceId device)
    {
        UnsavedSeen |= 1ul << GroupStorage.ShardOf(device);
        IsUnsaved = true;
    }

    public void NoteSaved() => (UnsavedSeen, IsUnsaved) = (0, false);

    private GroupRollup Sum()
    {
        var sum = new RollupSum();
        foreach (var member in _members.Values)
        {
            sum.Add(member.Seen);
        }

        foreach (var child in _children.Values)
        {
            sum.Add(child?.Rollup ?? GroupRollup.Empty);
        }

        return sum.ToRollup();
    }

    private bool MakeRoom()
    {
        if (_children.Count < GroupLimits.ChildrenMax)
        {
            return true;
        }

        var empty = _children.FirstOrDefault(child => child.Value is null or { Rollup.Devices: 0 }).Key;
        return empty is not null && _children.Remove(empty);
    }

    private void See(Member member, MemberObservation seen)
    {
        if (member.Seen is { } known)
        {
            if (seen.Revision <= known.Revision)
            {
                return;
            }

            if (known.Metrics.Keys.Any(name => !seen.Metrics.ContainsKey(name)))
            {
                var metrics = new Dictionary<string, double>(known.Metrics);
                foreach (var (name, value) in seen.Metrics)
                {
                    metrics[name] = value;
                }

                seen = seen with { Metrics = metrics };
            }
        }

        member.Seen = seen;
        _isDirty = true;
        MarkUnsaved(seen.DeviceId);
    }

    private sealed class Member
    {
        public long Version { get; set; }

        public MemberObservation? Seen { get; set; }

        /// <summary>When something last came of it, or it was asked, in this life of the actor.</summary>
        public long LookedAt { get; set; }

        public long LookAt => LookedAt == 0 ? 0 : LookedAt + (Seen?.Presence == Presence.Offline ? LookAtOfflineAfterMs : LookAfterMs);
    }
}
