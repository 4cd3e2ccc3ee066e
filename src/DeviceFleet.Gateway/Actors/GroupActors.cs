using Dapr.Actors.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.ServiceDefaults.Actors;

namespace DeviceFleet.Gateway.Actors;

/// <summary>Asks group actors. Each call fails as <see cref="ActorFaults"/> says when its actor cannot be reached.</summary>
internal sealed class GroupActors(IActorProxyFactory factory)
{
    private readonly ProxyCache _proxies = new(factory, GroupActorMethods.ActorType, ActorsSetup.ProxiesMax);

    public Task<GroupView> GetGroupAsync(GroupPath path, CancellationToken cancellationToken) =>
        _proxies[path.ActorId].InvokeMethodAsync<GroupView>(GroupActorMethods.GetGroup, cancellationToken);

    public Task<GroupMembers> GetMembersAsync(GroupPath path, GroupMembersQuery query, CancellationToken cancellationToken) =>
        _proxies[path.ActorId].InvokeMethodAsync<GroupMembersQuery, GroupMembers>(GroupActorMethods.GetMembers, query, cancellationToken);
}
