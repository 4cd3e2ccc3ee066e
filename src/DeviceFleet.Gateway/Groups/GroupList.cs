using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;

namespace DeviceFleet.Gateway.Groups;

/// <summary>A group as the rows tell it.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Id">Its id in addresses.</param>
/// <param name="Devices">Devices in it and below.</param>
/// <param name="Members">Devices directly in it.</param>
internal sealed record GroupCount(GroupPath Path, string Id, int Devices, int Members);

/// <summary>Answer of <c>GET /api/groups</c>.</summary>
/// <param name="Groups">By path.</param>
internal sealed record GroupList(IReadOnlyList<GroupCount> Groups)
{
    /// <summary>Counts rows; each counts in its group and in all above.</summary>
    public static GroupList Of(IEnumerable<DeviceRow> rows)
    {
        var counts = new Dictionary<GroupPath, (int Devices, int Members)>();
        foreach (var members in rows.Where(row => row.Group is not null).GroupBy(row => row.Group!.Value))
        {
            var count = members.Count();
            for (GroupPath? path = members.Key; path is { } group; path = group.Parent)
            {
                var (devices, direct) = counts.GetValueOrDefault(group);
                counts[group] = (devices + count, direct + (group == members.Key ? count : 0));
            }
        }

        return new GroupList(
            [.. counts.OrderBy(entry => entry.Key.Value, StringComparer.Ordinal).Select(entry => new GroupCount(entry.Key, entry.Key.ActorId, entry.Value.Devices, entry.Value.Members))]);
    }
}
