using System.Security.Claims;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Gateway.Actors;
using DeviceFleet.Gateway.Api;
using DeviceFleet.Gateway.Auth;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DeviceFleet.Gateway.Provisioning;

/// <summary>The identity of a device: its life, its credentials, its audit.</summary>
internal static class IdentityApi
{
    private const int BodyBytesMax = 16 * 1024;
    private const string AllCredentials = "*";

    public static void MapIdentities(this IEndpointRouteBuilder api)
    {
        api.MapGet("/devices/{id}/identity", GetIdentityAsync)
            .Describe("Identities", "The identity", "Lifecycle, credentials without what they prove, and the saga under way.").ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/devices/{id}/audit", GetAuditAsync)
            .Describe("Identities", "What was done to it", $"The newest {IdentityLimits.AuditKeptMax} entries, newest first; older ones are in the audit of their day.");
        api.MapPost("/devices/{id}/identity", RegisterAsync).Describe(
                "Identities",
                "Register by hand",
                "An active identity, without a claim; the answer tells its secret this once. 409 when there is an identity already.")
            .Takes<RegisterOrder>(isOptional: true)
            .Administers()
            .ProducesProblem(StatusCodes.Status409Conflict);
        api.MapMove("suspend", IdentityAction.Suspend, "Suspend", "Locked out until it is resumed: its session is cut, its credentials stay.");
        api.MapMove("resume", IdentityAction.Resume, "Resume", "Lets a suspended device in again.");
        api.MapMove("rotate", IdentityAction.Rotate, "Rotate credentials", "Sends the device a new credential; the old ones end once it was used. 409 while a saga is under way.");
        api.MapMove("decommission", IdentityAction.Decommission, "Decommission", "Revokes, cuts, archives and deletes the device. 409 while a saga is under way.", onlyAdmin: true);
        api.MapMove("readmit", IdentityAction.Readmit, "Readmit", "Lets a retired device provision itself again.", onlyAdmin: true);
        api.MapPost("/devices/{id}/credentials", AddCredentialAsync).Describe(
                "Identities",
                "One more credential",
                $"Told this once. At most {IdentityLimits.CredentialsMax} are in force at a time.")
            .Takes<CredentialOrder>(isOptional: true)
            .Administers()
            .ProducesProblem(StatusCodes.Status409Conflict);
        api.MapDelete("/devices/{id}/credentials/{credential}", RevokeAsync)
            .Describe("Identities", "Revoke a credential", "At once, and for good; the device's session is cut. * stands for all.").Takes<ReasonNote>(isOptional: true).Changes();
    }

    private static void MapMove(this IEndpointRouteBuilder api, string name, IdentityAction action, string summary, string description, bool onlyAdmin = false)
    {
        var route = api.MapPost(
                $"/devices/{{id}}/identity/{name}",
                (string id, HttpContext context, ClaimsPrincipal user, IdentityActors actors, TimeProvider time) => MoveAsync(id, action, context, user, actors, time))
            .Describe("Identities", summary, description)
            .Takes<ReasonNote>(isOptional: true)
            .ProducesProblem(StatusCodes.Status409Conflict);
        _ = onlyAdmin ? route.Administers() : route.Changes();
    }

    private static async Task<Results<Ok<DeviceIdentity>, ProblemHttpResult>> GetIdentityAsync(string id, HttpContext context, IdentityActors actors)
    {
        if (!DeviceId.TryParse(id, out var device))
        {
            return Problems.NoDevice();
        }

        var reply = await actors.GetAsync(device, context.RequestAborted);
        return Problems.Of(reply) is { } refusal ? refusal : TypedResults.Ok(reply.Value!);
    }

    private static async Task<Results<Ok<AuditPage>, ProblemHttpResult>> GetAuditAsync(string id, HttpContext context, IdentityActors actors) =>
        DeviceId.TryParse(id, out var device) ? TypedResults.Ok(await actors.GetAuditAsync(device, context.RequestAborted)) : Problems.NoDevice();

    private static async Task<Results<Ok<IdentityReply>, ProblemHttpResult>> RegisterAsync(string id, HttpContext context, ClaimsPrincipal user, IdentityRegistrar registrar)
    {
        if (!DeviceId.TryParse(id, out var device))
        {
            return Problems.NoDevice();
        }

        var (order, problem) = await Bodies.ReadAsync(context.Request, GatewayJson.Default.RegisterOrder, BodyBytesMax, empty: new RegisterOrder());
        if (problem is not null)
        {
            return problem;
        }

        return Told(await registrar.RegisterAsync(device, order!, Caller.NameOf(user), context.RequestAborted), context.Response);
    }

    private static async Task<Results<Ok<DeviceIdentity>, ProblemHttpResult>> MoveAsync(
        string id, IdentityAction action, HttpContext context, ClaimsPrincipal user, IdentityActors actors, TimeProvider time)
    {
        if (!DeviceId.TryParse(id, out var device))
        {
            return Problems.NoDevice();
        }

        var (note, problem) = await Bodies.ReadAsync(context.Request, GatewayJson.Default.ReasonNote, BodyBytesMax, empty: new ReasonNote(null));
        if (problem is not null)
        {
            return problem;
        }

        var change = Change(action, user, time) with { Reason = note!.Reason };
        var reply = await actors.ApplyAsync(device, change, context.RequestAborted);
        return Problems.Of(reply) is { } refusal ? refusal : TypedResults.Ok(reply.Value!.Identity);
    }

    private static async Task<Results<Ok<IdentityReply>, ProblemHttpResult>> AddCredentialAsync(
        string id, HttpContext context, ClaimsPrincipal user, IdentityActors actors, TimeProvider time)
    {
        if (!DeviceId.TryParse(id, out var device))
        {
            return Problems.NoDevice();
        }

        var (order, problem) = await Bodies.ReadAsync(context.Request, GatewayJson.Default.CredentialOrder, BodyBytesMax, empty: new CredentialOrder(null, null));
        if (problem is not null)
        {
            return problem;
        }

        var change = Change(IdentityAction.AddCredential, user, time) with { ExpiresAt = order!.ExpiresAt, Reason = order.Reason };
        return Told(await actors.ApplyAsync(device, change, context.RequestAborted), context.Response);
    }

    private static async Task<Results<Ok<DeviceIdentity>, ProblemHttpResult>> RevokeAsync(
        string id, string credential, HttpContext context, ClaimsPrincipal user, IdentityActors actors, TimeProvider time)
    {
        if (!DeviceId.TryParse(id, out var device))
        {
            return Problems.NoDevice();
        }

        if (credential != AllCredentials && !DeviceId.TryParse(credential, out _))
        {
            return Problems.Of(StatusCodes.Status404NotFound, "The device has no such credential.");
        }

        var (note, problem) = await Bodies.ReadAsync(context.Request, GatewayJson.Default.ReasonNote, BodyBytesMax, empty: new ReasonNote(null));
        if (problem is not null)
        {
            return problem;
        }

        var change = Change(IdentityAction.Revoke, user, time) with { CredentialId = credential, Reason = note!.Reason };
        var reply = await actors.ApplyAsync(device, change, context.RequestAborted);
        return Problems.Of(reply) is { } refusal ? refusal : TypedResults.Ok(reply.Value!.Identity);
    }

    private static Results<Ok<IdentityReply>, ProblemHttpResult> Told(ChangeReply<IdentityReply> reply, HttpResponse response)
    {
        response.Headers.CacheControl = "no-store"; // it holds a secret
        return Problems.Of(reply) is { } refusal ? refusal : TypedResults.Ok(reply.Value!);
    }

    private static IdentityChange Change(IdentityAction action, ClaimsPrincipal user, TimeProvider time) =>
        new() { Action = action, By = Caller.NameOf(user), At = time.GetUtcNow().ToUnixTimeMilliseconds() };
}
