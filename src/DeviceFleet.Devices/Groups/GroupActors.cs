using Dapr.Actors.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.ServiceDefaults.Actors;

namespace DeviceFleet.Devices.Groups;

/// <summary>Calls group actors through JSON proxies, which it keeps. Thread-safe.</summary>
internal sealed class GroupActors(IActorProxyFactory factory)
{
    /// <summary>Most proxies kept.</summary>
    private const int ProxiesMax = 10_000;

    private readonly ProxyCache _proxies = new(factory, GroupActorMethods.ActorType, ProxiesMax);

    public Task<GroupChangeReply> SetMemberAsync(GroupPath group, GroupMembership change, CancellationToken cancellationToken) =>
        _proxies[group.ActorId].InvokeMethodAsync<GroupMembership, GroupChangeReply>(GroupActorMethods.SetMember, change, cancellationToken);

    public Task<GroupView> ObserveAsync(GroupPath group, GroupObservations observations, CancellationToken cancellationToken) =>
        _proxies[group.ActorId].InvokeMethodAsync<GroupObservations, GroupView>(GroupActorMethods.Observe, observations, cancellationToken);

    public Task<GroupView> GetGroupAsync(GroupPath group, CancellationToken cancellationToken) =>
        _proxies[group.ActorId].InvokeMethodAsync<GroupView>(GroupActorMethods.GetGroup, cancellationToken);

    public Task<GroupMembers> GetMembersAsync(GroupPath group, GroupMembersQuery query, CancellationToken cancellationToken) =>
        _proxies[group.ActorId].InvokeMethodAsync<GroupMembersQuery, GroupMembers>(GroupActorMethods.GetMembers, query, cancellationToken);
}
