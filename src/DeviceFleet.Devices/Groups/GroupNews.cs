using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;

namespace DeviceFleet.Devices.Groups;

/// <summary>What waits for one group: of each member and each group below the newest.</summary>
internal sealed class GroupNews
{
    /// <summary>Most observations of one call, so that its body stays well below the 4 MiB that a sidecar takes.</summary>
    private const int PerCallMax = 1_000;

    private readonly Dictionary<DeviceId, MemberObservation> _members = [];
    private readonly Dictionary<GroupPath, ChildObservation> _children = [];

    public int Count => _members.Count + _children.Count;

    /// <summary>Keeps the newer one, of equals the later; answers by how much that is more than before, 0 or 1.</summary>
    public int Put(MemberObservation seen)
    {
        if (_members.TryGetValue(seen.DeviceId, out var known))
        {
            _members[seen.DeviceId] = seen.Revision >= known.Revision ? seen : known;
            return 0;
        }

        _members[seen.DeviceId] = seen;
        return 1;
    }

    /// <inheritdoc cref="Put(MemberObservation)"/>
    public int Put(ChildObservation seen)
    {
        if (_children.TryGetValue(seen.Path, out var known))
        {
            _children[seen.Path] = seen.Revision > known.Revision ? seen : known;
            return 0;
        }

        _children[seen.Path] = seen;
        return 1;
    }

    /// <summary>At least one.</summary>
    public IEnumerable<GroupObservations> ToCalls()
    {
        var members = _members.Values.Chunk(PerCallMax).ToList();
        yield return new GroupObservations { Members = members.Count == 0 ? [] : members[0], Children = [.. _children.Values] };
        foreach (var more in members.Skip(1))
        {
            yield return new GroupObservations { Members = more };
        }
    }
}
