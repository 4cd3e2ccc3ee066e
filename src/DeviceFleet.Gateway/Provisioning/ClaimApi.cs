using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Gateway.Api;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DeviceFleet.Gateway.Provisioning;

/// <summary>Devices without MQTT that ask to be let in. Nobody signs in here: the claim proves itself.</summary>
internal static class ClaimApi
{
    private const int BodyBytesMax = 16 * 1024;

    public static void MapClaims(this IEndpointRouteBuilder api) =>
        api.MapPost("/provisioning/claims", ClaimAsync).Describe(
                "Provisioning",
                "Claim an identity",
                "As a device does on provision/{claimId}/request: proof in, answer out. pending: ask again, with a new nonce, after retryAfterMs. refused is an answer, not a problem.")
            .Takes<ProvisionClaim>()
            .AllowAnonymous();

    private static async Task<Results<Ok<ProvisionAnswer>, ProblemHttpResult>> ClaimAsync(HttpContext context, ProvisioningClient provisioning)
    {
        var (claim, problem) = await Bodies.ReadAsync(context.Request, ContractsJson.Default.ProvisionClaim, BodyBytesMax);
        if (problem is not null)
        {
            return problem;
        }

        context.Response.Headers.CacheControl = "no-store"; // it may hold a secret
        return TypedResults.Ok(await provisioning.ClaimAsync(claim!, context.RequestAborted));
    }
}
