using Dapr.Actors.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Gateway.Actors;
using DeviceFleet.ServiceDefaults.Actors;

namespace DeviceFleet.Gateway.Rollouts;

/// <summary>Calls rollouts' actors. Each call fails as <see cref="ActorFaults"/> says when its actor cannot be reached.</summary>
internal sealed class RolloutActors(IActorProxyFactory factory)
{
    private readonly ProxyCache _proxies = new(factory, RolloutActorMethods.ActorType, ActorsSetup.ProxiesMax);

    public Task<ChangeReply<RolloutView>> BeginAsync(RolloutOrder order, CancellationToken cancellationToken) =>
        _proxies[order.Id].InvokeMethodAsync<RolloutOrder, ChangeReply<RolloutView>>(RolloutActorMethods.Begin, order, cancellationToken);

    public Task<ChangeReply<RolloutView>> ChangeAsync(string id, RolloutChange change, CancellationToken cancellationToken) =>
        _proxies[id].InvokeMethodAsync<RolloutChange, ChangeReply<RolloutView>>(RolloutActorMethods.Change, change, cancellationToken);

    public Task<ChangeReply<RolloutView>> GetAsync(string id, CancellationToken cancellationToken) =>
        _proxies[id].InvokeMethodAsync<ChangeReply<RolloutView>>(RolloutActorMethods.Get, cancellationToken);

    public Task<RolloutDevices> GetDevicesAsync(string id, RolloutDevicesQuery query, CancellationToken cancellationToken) =>
        _proxies[id].InvokeMethodAsync<RolloutDevicesQuery, RolloutDevices>(RolloutActorMethods.GetDevices, query, cancellationToken);
}
