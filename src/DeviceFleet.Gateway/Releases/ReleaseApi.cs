using System.Security.Claims;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Gateway.Api;
using DeviceFleet.Gateway.Auth;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DeviceFleet.Gateway.Releases;

/// <summary>Releases: firmware images that rollouts bring to devices.</summary>
internal static class ReleaseApi
{
    public static void MapReleases(this IEndpointRouteBuilder api)
    {
        api.MapGet("/releases", GetReleasesAsync).Describe("Releases", "Releases", "All of them, newest version first.");
        api.MapPost("/releases", UploadAsync).Describe(
                "Releases",
                "Upload a release",
                $"The body is the image, at most {ReleaseLimits.ImageBytesMax} bytes, of any content type. It is signed with the fleet's firmware key, or, with signature, checked to be signed with it. "
                + "The same image again is the same release; another one under its version is 409.")
            .Administers()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge);
        api.MapPost("/releases/{version}/withdraw", WithdrawAsync)
            .Describe("Releases", "Withdraw a release", "It is rolled out no more. Devices that run it keep it, and rollouts under way go on.").Administers();
        api.MapGet("/firmware-key", GetKeyAsync)
            .Describe("Releases", "Firmware key", "What devices verify releases with: ECDSA P-256, base64 of its SubjectPublicKeyInfo.").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Ok<ReleaseList>> GetReleasesAsync(ReleaseDirectory directory, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ReleaseList(await directory.GetReleasesAsync(cancellationToken)));

    private static async Task<Results<Ok<Release>, Created<Release>, ProblemHttpResult>> UploadAsync(
        HttpContext context, ClaimsPrincipal user, ImageUpload upload, ReleaseClient releases, ReleaseLimiter limiter, string? version, string? deviceType, string? notes, string? signature)
    {
        if (!SemanticVersion.TryParse(version, out _))
        {
            return Problems.Of(StatusCodes.Status400BadRequest, $"version is a semantic version (semver.org) of at most {ReleaseLimits.VersionLengthMax} characters.");
        }

        if (context.Request.ContentLength > ReleaseLimits.ImageBytesMax)
        {
            return TooLarge();
        }

        using var lease = limiter.TakeUpload();
        if (!lease.IsAcquired)
        {
            return ReleaseLimiter.Busy(context.Response);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound)
        {
            bound.MaxRequestBodySize = null; // what is too large is found while it comes, and what was stored of it deleted
        }

        var image = await upload.StoreAsync(version, context.Request.Body, context.RequestAborted);
        if (image.Size is not > 0)
        {
            await upload.DropAsync(image);
            return image.Size is null ? TooLarge() : Problems.Of(StatusCodes.Status400BadRequest, "The body is the image; it is empty.");
        }

        var reply = await releases.RegisterAsync(OrderOf(image, version, user) with { DeviceType = deviceType, Notes = notes, Signature = signature }, context.RequestAborted);
        if (reply.Value?.Store != image.Store)
        {
            await upload.DropAsync(image);
        }

        return Problems.Of(reply) is { } refusal ? refusal
            : reply.Outcome == ChangeOutcome.Applied ? TypedResults.Created("/api/releases", reply.Value)
            : TypedResults.Ok(reply.Value!);
    }

    private static async Task<Results<Ok<Release>, ProblemHttpResult>> WithdrawAsync(string version, ClaimsPrincipal user, ReleaseClient releases, CancellationToken cancellationToken)
    {
        if (!SemanticVersion.TryParse(version, out _))
        {
            return Problems.Of(StatusCodes.Status404NotFound, "There is no such release.");
        }

        var reply = await releases.WithdrawAsync(new ReleaseWithdrawal(version, Caller.NameOf(user)), cancellationToken);
        return Problems.Of(reply) is { } refusal ? refusal : TypedResults.Ok(reply.Value!);
    }

    private static async Task<Results<Ok<FirmwareKey>, ProblemHttpResult>> GetKeyAsync(ReleaseClient releases, CancellationToken cancellationToken) =>
        await releases.GetKeyAsync(cancellationToken) is { } key ? TypedResults.Ok(key) : Problems.Of(StatusCodes.Status404NotFound, "The secret store has no firmware key.");

    private static ReleaseOrder OrderOf(StoredImage image, string version, ClaimsPrincipal user) =>
        new() { Version = version, Size = image.Size!.Value, Sha256 = image.Sha256, Store = image.Store, By = Caller.NameOf(user) };

    private static ProblemHttpResult TooLarge() => Problems.Of(StatusCodes.Status413PayloadTooLarge, $"An image has at most {ReleaseLimits.ImageBytesMax} bytes.");
}
