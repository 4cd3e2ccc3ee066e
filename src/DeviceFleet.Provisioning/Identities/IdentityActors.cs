using Dapr.Actors.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.ServiceDefaults.Actors;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Identities;

/// <summary>Calls identity actors through JSON proxies, which it keeps. Thread-safe.</summary>
internal sealed class IdentityActors(IActorProxyFactory factory, IOptions<IdentityOptions> options)
{
    private readonly ProxyCache _proxies = new(factory, IdentityActorMethods.ActorType, options.Value.ProxiesMax);

    public Task<ProvisionAnswer> TakeClaimAsync(DeviceId id, ClaimTake take, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<ClaimTake, ProvisionAnswer>(IdentityActorMethods.TakeClaim, take, cancellationToken);

    public Task<ChangeReply<IdentityReply>> ApplyAsync(DeviceId id, IdentityChange change, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<IdentityChange, ChangeReply<IdentityReply>>(IdentityActorMethods.Apply, change, cancellationToken);

    public Task<ChangeReply<DeviceIdentity>> GetAsync(DeviceId id, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<ChangeReply<DeviceIdentity>>(IdentityActorMethods.Get, cancellationToken);

    public Task<IdentityVerifiers> GetVerifiersAsync(DeviceId id, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<IdentityVerifiers>(IdentityActorMethods.GetVerifiers, cancellationToken);

    public Task<ChangeReply<CredentialMessage>> GetSecretAsync(DeviceId id, SecretQuery query, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<SecretQuery, ChangeReply<CredentialMessage>>(IdentityActorMethods.GetSecret, query, cancellationToken);

    public Task<AuditPage> GetAuditAsync(DeviceId id, CancellationToken cancellationToken) =>
        _proxies[id.Value].InvokeMethodAsync<AuditPage>(IdentityActorMethods.GetAudit, cancellationToken);
}
