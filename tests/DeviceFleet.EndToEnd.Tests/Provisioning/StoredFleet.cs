using Dapr.Actors;
using Dapr.Actors.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.EndToEnd.Tests.Provisioning;

/// <summary>What all stores say of provisioned devices, side by side: identities, twins, registrations, groups and directories, as their actors read it from the disk.</summary>
internal sealed record StoredFleet
{
    public required IReadOnlyList<StoredDevice> Devices { get; init; }

    /// <summary>Members of the group that the enrolment puts devices into.</summary>
    public required IReadOnlySet<DeviceId> Members { get; init; }

    public required GroupPath Group { get; init; }

    /// <summary>How many entries the directories of identities have.</summary>
    public required int Listed { get; init; }

    public static async Task<StoredFleet> ReadAsync(IActorProxyFactory actors, IReadOnlyList<DeviceId> ids, GroupPath group, CancellationToken cancellationToken)
    {
        var entries = new Dictionary<string, DirectoryEntry>(StringComparer.Ordinal);
        for (var shard = 0; shard < DirectoryIds.IdentityShards; shard++)
        {
            var page = await actors.Create(new ActorId(DirectoryIds.Identities(shard)), DirectoryActorMethods.ActorType)
                .InvokeMethodAsync<DirectoryQuery, DirectoryPage>(DirectoryActorMethods.List, new DirectoryQuery(null, 1_000), cancellationToken);
            foreach (var entry in page.Entries)
            {
                entries[entry.Key] = entry;
            }
        }

        var members = await actors.Create(new ActorId(group.ActorId), GroupActorMethods.ActorType)
            .InvokeMethodAsync<GroupMembersQuery, GroupMembers>(GroupActorMethods.GetMembers, new GroupMembersQuery(null, 1_000), cancellationToken);
        var devices = new List<StoredDevice>();
        foreach (var id in ids)
        {
            var identity = await actors.Create(new ActorId(id.Value), IdentityActorMethods.ActorType)
                .InvokeMethodAsync<ChangeReply<DeviceIdentity>>(IdentityActorMethods.Get, cancellationToken);
            var view = await actors.Create(new ActorId(id.Value), DeviceActorMethods.ActorType).InvokeMethodAsync<DeviceView>(DeviceActorMethods.GetView, cancellationToken);
            devices.Add(new StoredDevice(id, identity.Value, view, entries.GetValueOrDefault(id.Value)));
        }

        return new StoredFleet { Devices = devices, Members = members.Members.ToHashSet(), Group = group, Listed = entries.Count };
    }
}

/// <summary>One device in all stores.</summary>
/// <param name="Id">Which.</param>
/// <param name="Identity">Its identity; null: it has none.</param>
/// <param name="View">What its own actor says.</param>
/// <param name="Entry">Its entry in the directory; null: none.</param>
internal sealed record StoredDevice(DeviceId Id, DeviceIdentity? Identity, DeviceView View, DirectoryEntry? Entry)
{
    /// <summary>Credentials that the broker takes.</summary>
    public int Open => Identity?.Credentials.Count(credential => credential is { IsAllowed: true, RevokedAt: null }) ?? 0;

    /// <summary>Credentials that are not revoked, whether the broker takes them or not.</summary>
    public int Alive => Identity?.Credentials.Count(credential => credential.RevokedAt is null) ?? 0;

    public bool HasTwin => View is { IsRemoved: not true, Revision: > 0 };
}
