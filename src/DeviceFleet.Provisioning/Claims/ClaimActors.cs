using Dapr.Actors.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.ServiceDefaults.Actors;

namespace DeviceFleet.Provisioning.Claims;

/// <summary>Asks enrolments and identities about claims. Thread-safe.</summary>
internal sealed class ClaimActors(IActorProxyFactory factory)
{
    private const int ProxiesMax = 20_000;

    private readonly ProxyCache _enrolments = new(factory, EnrolmentActorMethods.ActorType, ProxiesMax);
    private readonly ProxyCache _identities = new(factory, IdentityActorMethods.ActorType, ProxiesMax);

    public Task<ClaimVerdict> VerifyAsync(string enrolment, ClaimCheck check, CancellationToken cancellationToken) =>
        _enrolments[enrolment].InvokeMethodAsync<ClaimCheck, ClaimVerdict>(EnrolmentActorMethods.Verify, check, cancellationToken);

    public Task<ProvisionAnswer> TakeClaimAsync(DeviceId device, ClaimTake take, CancellationToken cancellationToken) =>
        _identities[device.Value].InvokeMethodAsync<ClaimTake, ProvisionAnswer>(IdentityActorMethods.TakeClaim, take, cancellationToken);
}
