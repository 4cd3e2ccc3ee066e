using System.Collections.Concurrent;
using Dapr.Actors;
using Dapr.Actors.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;

namespace DeviceFleet.Devices.Groups;

/// <summary>Calls group actors through JSON proxies, which it keeps. Thread-safe.</summary>
internal sealed class GroupActors(IActorProxyFactory factory)
{
    /// <summary>Proxies kept; beyond it all are forgotten, and made again when needed.</summary>
    private const int ProxiesMax = 10_000;

    private readonly ConcurrentDictionary<GroupPath, ActorProxy> _proxies = new();

    public Task<GroupChangeReply> SetMemberAsync(GroupPath group, GroupMembership change, CancellationToken cancellationToken) =>
        Proxy(group).InvokeMethodAsync<GroupMembership, GroupChangeReply>(GroupActorMethods.SetMember, change, cancellationToken);

    public Task<GroupView> ObserveAsync(GroupPath group, GroupObservations observations, CancellationToken cancellationToken) =>
        Proxy(group).InvokeMethodAsync<GroupObservations, GroupView>(GroupActorMethods.Observe, observations, cancellationToken);

    public Task<GroupView> GetGroupAsync(GroupPath group, CancellationToken cancellationToken) =>
        Proxy(group).InvokeMethodAsync<GroupView>(GroupActorMethods.GetGroup, cancellationToken);

    public Task<GroupMembers> GetMembersAsync(GroupPath group, GroupMembersQuery query, CancellationToken cancellationToken) =>
        Proxy(group).InvokeMethodAsync<GroupMembersQuery, GroupMembers>(GroupActorMethods.GetMembers, query, cancellationToken);

    private ActorProxy Proxy(GroupPath group)
    {
        if (_proxies.Count >= ProxiesMax)
        {
            _proxies.Clear();
        }

        return _proxies.GetOrAdd(group, static (path, proxies) => proxies.Create(new ActorId(path.ActorId), GroupActorMethods.ActorType), factory);
    }
}
