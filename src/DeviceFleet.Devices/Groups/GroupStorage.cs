using System.Text;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;

namespace DeviceFleet.Devices.Groups;

/// <summary>
/// How a group lies in the store: members in shards by their ids, so that one who joins a group of 10,000 costs a write of a few kilobytes; what they look like in shards of
/// its own, which are written seldom.
/// </summary>
internal static class GroupStorage
{
    /// <summary>Shards of each kind; each is a bit of a 64-bit mask.</summary>
    public const int Shards = 64;

    public const string BaseKey = "group";
    public const string LookKey = "look";

    public static string MembersKey(int shard) => $"members-{shard}";

    public static string SeenKey(int shard) => $"seen-{shard}";

    /// <summary>The shard of a device; stored, so it must never change (FNV-1a).</summary>
    public static int ShardOf(DeviceId device)
    {
        var hash = 2166136261u;
        foreach (var octet in Encoding.ASCII.GetBytes(device.Value))
        {
            hash = (hash ^ octet) * 16777619;
        }

        return (int)(hash % Shards);
    }
}

/// <summary>What is stored under <see cref="GroupStorage.BaseKey"/>: what is needed to find the rest.</summary>
internal sealed record StoredGroup
{
    /// <summary>Which shards of members there are.</summary>
    public ulong MemberShards { get; init; }

    /// <summary>Which shards of observations there are.</summary>
    public ulong SeenShards { get; init; }

    /// <summary>Groups directly below.</summary>
    public IReadOnlyList<GroupPath> Children { get; init => field = value ?? []; } = [];

    /// <summary>Whether the group above knows of this one.</summary>
    public bool IsKnownAbove { get; init; }
}

/// <summary>A shard of members.</summary>
/// <param name="Members">The version that each came with.</param>
/// <param name="Gone">Those who left, the latest last.</param>
internal sealed record StoredMembers(IReadOnlyDictionary<string, long> Members, IReadOnlyList<Departure> Gone);

/// <summary>Who left, and with which version: what comes late and is older changes nothing.</summary>
internal sealed record Departure(string Id, long Version);

/// <summary>A shard of what members look like.</summary>
internal sealed record StoredSeen(IReadOnlyList<MemberObservation> Members);

/// <summary>What the groups below look like, and when the numbers changed last.</summary>
internal sealed record StoredLook(long? At, IReadOnlyList<ChildObservation> Children);
