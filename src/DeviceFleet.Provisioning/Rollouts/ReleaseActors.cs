using System.Text;
using Dapr.Actors.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.ServiceDefaults.Actors;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>Calls releases' actors. Thread-safe.</summary>
internal sealed class ReleaseActors(IActorProxyFactory factory)
{
    private const int ProxiesMax = 1_000;

    private readonly ProxyCache _proxies = new(factory, ReleaseActor.ActorType, ProxiesMax);

    public Task<ChangeReply<Release>> RegisterAsync(Release release, CancellationToken cancellationToken) =>
        _proxies[IdOf(release.Version)].InvokeMethodAsync<Release, ChangeReply<Release>>(nameof(IReleaseActor.Register), release, cancellationToken);

    public Task<ChangeReply<Release>> WithdrawAsync(ReleaseWithdrawal withdrawal, CancellationToken cancellationToken) =>
        _proxies[IdOf(withdrawal.Version)].InvokeMethodAsync<ReleaseWithdrawal, ChangeReply<Release>>(nameof(IReleaseActor.Withdraw), withdrawal, cancellationToken);

    public Task<ChangeReply<Release>> GetAsync(string version, CancellationToken cancellationToken) =>
        _proxies[IdOf(version)].InvokeMethodAsync<ChangeReply<Release>>(nameof(IReleaseActor.Get), cancellationToken);

    private static string IdOf(string version) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(version));
}
