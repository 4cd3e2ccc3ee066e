using System.Security.Claims;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Actors;
using DeviceFleet.Gateway.Api;
using DeviceFleet.Gateway.Auth;
using DeviceFleet.Gateway.Fleet;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DeviceFleet.Gateway.Registration;

/// <summary>What operators say of a device: type, group, tags.</summary>
internal static class RegistrationApi
{
    private const int BodyBytesMax = 16 * 1024;

    public static void MapRegistration(this IEndpointRouteBuilder api)
    {
        api.MapGet("/devices/{id}/registration", GetRegistrationAsync)
            .Describe("Registration", "The registration", "Type, group and tags as operators set them. ETag is its version.").ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPatch("/devices/{id}/registration", PatchRegistrationAsync).Describe(
                "Registration",
                "Change the registration",
                "A JSON merge patch: what is left out stays, null removes. With If-Match only when the version is that one. A device that was never heard of is known from then on.")
            .Takes<RegistrationPatch>(isPatch: true)
            .ChangesIfMatch();
    }

    private static async Task<Results<Ok<DeviceRegistration>, ProblemHttpResult>> GetRegistrationAsync(
        string id, HttpContext context, ClaimsPrincipal user, FleetModel model, DeviceActors actors, TimeProvider time)
    {
        if (!model.TryFind(id, out var device))
        {
            return Problems.NoDevice();
        }

        // A write of nothing: the actor answers with the registration as it is, and changes nothing.
        var reply = await actors.WriteRegistrationAsync(device, new RegistrationWrite { By = Caller.NameOf(user), At = Now(time) }, context.RequestAborted);
        return Answer(reply, context.Response);
    }

    private static async Task<Results<Ok<DeviceRegistration>, ProblemHttpResult>> PatchRegistrationAsync(
        string id, HttpContext context, ClaimsPrincipal user, FleetModel model, KnownDevices known, DeviceActors actors, TimeProvider time)
    {
        if (!DeviceId.TryParse(id, out var device))
        {
            return Problems.NoDevice();
        }

        if (!Versions.TryReadIfMatch(context.Request, out var version, out var badCondition))
        {
            return badCondition!;
        }

        var (body, problem) = await Bodies.ReadAsync(context.Request, GatewayJson.Default.JsonElement, BodyBytesMax);
        if (problem is not null)
        {
            return problem;
        }

        if (!RegistrationPatch.TryRead(body, out var patch, out var fault))
        {
            return Problems.Of(StatusCodes.Status400BadRequest, fault);
        }

        var reply = await actors.WriteRegistrationAsync(device, patch.ToWrite(version, Caller.NameOf(user), Now(time)), context.RequestAborted);
        if (reply.Outcome is ChangeOutcome.Applied or ChangeOutcome.Unchanged && !model.Knows(device))
        {
            await known.EnsureAsync([device], context.RequestAborted);
            model.Name(device);
        }

        return Answer(reply, context.Response);
    }

    private static Results<Ok<DeviceRegistration>, ProblemHttpResult> Answer(ChangeReply<DeviceRegistration> reply, HttpResponse response)
    {
        if (Problems.Of(reply, registration => registration.Version) is { } refusal)
        {
            return refusal;
        }

        Versions.Tell(response, reply.Value!.Version);
        return TypedResults.Ok(reply.Value);
    }

    private static long Now(TimeProvider time) => time.GetUtcNow().ToUnixTimeMilliseconds();
}
