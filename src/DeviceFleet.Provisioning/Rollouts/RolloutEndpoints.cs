using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.ServiceDefaults.Sidecar;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>Routes of releases that the gateway calls through the sidecar.</summary>
internal static class RolloutEndpoints
{
    public static void MapRolloutRoutes(this IEndpointRouteBuilder endpoints)
    {
        var routes = endpoints.MapGroup(string.Empty).ForSidecar();
        routes.MapPost("/" + ProvisioningRoutes.Releases, TakeAsync);
        routes.MapPost("/" + ProvisioningRoutes.WithdrawRelease, WithdrawAsync);
        routes.MapGet("/" + ProvisioningRoutes.FirmwareKey, GetKeyAsync);
    }

    private static async Task<Ok<ChangeReply<Release>>> TakeAsync(ReleaseOrder order, ReleaseDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(await desk.TakeAsync(order, cancellationToken));

    private static async Task<Ok<ChangeReply<Release>>> WithdrawAsync(ReleaseWithdrawal withdrawal, ReleaseActors releases, CancellationToken cancellationToken) =>
        TypedResults.Ok(await releases.WithdrawAsync(withdrawal, cancellationToken));

    private static async Task<Results<Ok<FirmwareKey>, NotFound>> GetKeyAsync(FirmwareSigner signer, CancellationToken cancellationToken) =>
        await signer.PublicKeyAsync(cancellationToken) is { } key ? TypedResults.Ok(new FirmwareKey(key)) : TypedResults.NotFound();
}
