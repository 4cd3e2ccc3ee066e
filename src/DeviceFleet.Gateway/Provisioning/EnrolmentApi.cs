using System.Security.Claims;
using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Gateway.Actors;
using DeviceFleet.Gateway.Api;
using DeviceFleet.Gateway.Auth;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DeviceFleet.Gateway.Provisioning;

/// <summary>Who may come in.</summary>
internal static class EnrolmentApi
{
    private const int BodyBytesMax = 2 * 1024 * 1024; // two lists of 10,000 hardware ids
    private const int CodesBodyBytesMax = 4 * 1024;

    public static void MapEnrolments(this IEndpointRouteBuilder api)
    {
        api.MapGet("/provisioning/enrolments", GetEnrolmentsAsync).Describe("Provisioning", "Enrolments", "All, in the order of their ids. No key is in any of them.");
        api.MapGet("/provisioning/enrolments/{enrolment}", GetEnrolmentAsync).Describe("Provisioning", "An enrolment", "ETag is its version.").ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPut("/provisioning/enrolments/{enrolment}", PutEnrolmentAsync).Describe(
                "Provisioning",
                "Make or change an enrolment",
                "Everything is set as it stands in the body; what is left out has its default. A new one with proof symmetric-key and without key gets one, which the answer tells this once. "
                + "If-Match: \"0\" only makes a new one.")
            .Takes<EnrolmentOrder>()
            .Administers()
            .WithMetadata(new HeaderOf("If-Match", "The version that the change was made from; \"0\": there must be none. Another one than the current: 412."))
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);
        api.MapDelete("/provisioning/enrolments/{enrolment}", DeleteEnrolmentAsync)
            .Describe("Provisioning", "Delete an enrolment", "Nobody comes in by it any more; devices that did stay.")
            .Administers()
            .WithMetadata(new HeaderOf("If-Match", "The version that is to be deleted. Another one than the current: 412."))
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);
        api.MapPost("/provisioning/enrolments/{enrolment}/codes", MakeCodesAsync).Describe(
                "Provisioning",
                "Make claim codes",
                $"For end users: each lets one device in, once. count: 1 to {EnrolmentLimits.CodesAtOnceMax}. The answer tells them this once.")
            .Takes<CodesOrder>()
            .Administers()
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Ok<EnrolmentList>> GetEnrolmentsAsync(IdentityActors actors, CancellationToken cancellationToken)
    {
        List<Enrolment> enrolments = [];
        await foreach (var entry in actors.ListAllAsync(DirectoryIds.Enrolments, cancellationToken))
        {
            if (entry.Summary?.Deserialize(ContractsJson.Default.Enrolment) is { } enrolment)
            {
                enrolments.Add(enrolment);
            }
        }

        return TypedResults.Ok(new EnrolmentList(enrolments));
    }

    private static async Task<Results<Ok<Enrolment>, ProblemHttpResult>> GetEnrolmentAsync(string enrolment, HttpContext context, IdentityActors actors)
    {
        if (!IsId(enrolment))
        {
            return NoEnrolment();
        }

        return Answer(await actors.GetEnrolmentAsync(enrolment, context.RequestAborted), context.Response, value => value.Version);
    }

    private static async Task<Results<Ok<EnrolmentWritten>, ProblemHttpResult>> PutEnrolmentAsync(
        string enrolment, HttpContext context, ClaimsPrincipal user, IdentityActors actors, TimeProvider time)
    {
        if (!IsId(enrolment))
        {
            return Problems.Of(StatusCodes.Status400BadRequest, $"An enrolment's id has 1 to {EnrolmentLimits.IdLengthMax} of A-Z a-z 0-9 . _ -, first a letter or digit.");
        }

        if (!Versions.TryReadIfMatch(context.Request, out var version, out var badCondition))
        {
            return badCondition!;
        }

        var (order, problem) = await Bodies.ReadAsync(context.Request, GatewayJson.Default.EnrolmentOrder, BodyBytesMax);
        if (problem is not null)
        {
            return problem;
        }

        var write = order!.ToWrite(enrolment, version, Caller.NameOf(user), time.GetUtcNow().ToUnixTimeMilliseconds());
        context.Response.Headers.CacheControl = "no-store"; // it may hold a key
        return Answer(await actors.WriteEnrolmentAsync(enrolment, write, context.RequestAborted), context.Response, value => value.Enrolment.Version);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteEnrolmentAsync(
        string enrolment, HttpContext context, ClaimsPrincipal user, IdentityActors actors, TimeProvider time)
    {
        if (!IsId(enrolment))
        {
            return NoEnrolment();
        }

        if (!Versions.TryReadIfMatch(context.Request, out var version, out var badCondition))
        {
            return badCondition!;
        }

        var delete = new EnrolmentDelete(version, Caller.NameOf(user), time.GetUtcNow().ToUnixTimeMilliseconds());
        var reply = await actors.DeleteEnrolmentAsync(enrolment, delete, context.RequestAborted);
        return Problems.Of(reply, value => value.Version) is { } refusal ? refusal : TypedResults.NoContent();
    }

    private static async Task<Results<Ok<ClaimCodes>, ProblemHttpResult>> MakeCodesAsync(
        string enrolment, HttpContext context, ClaimsPrincipal user, IdentityActors actors, TimeProvider time)
    {
        if (!IsId(enrolment))
        {
            return NoEnrolment();
        }

        var (order, problem) = await Bodies.ReadAsync(context.Request, GatewayJson.Default.CodesOrder, CodesBodyBytesMax);
        if (problem is not null)
        {
            return problem;
        }

        var request = new ClaimCodeOrder
        {
            Count = order!.Count,
            ExpiresAt = order.ExpiresAt,
            Group = order.Group,
            By = Caller.NameOf(user),
            At = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        context.Response.Headers.CacheControl = "no-store";
        var reply = await actors.MakeCodesAsync(enrolment, request, context.RequestAborted);
        return Problems.Of(reply) is { } refusal ? refusal : TypedResults.Ok(reply.Value!);
    }

    private static Results<Ok<T>, ProblemHttpResult> Answer<T>(ChangeReply<T> reply, HttpResponse response, Func<T, long> versionOf)
        where T : class
    {
        if (Problems.Of(reply, versionOf) is { } refusal)
        {
            return refusal;
        }

        Versions.Tell(response, versionOf(reply.Value!));
        return TypedResults.Ok(reply.Value!);
    }

    private static bool IsId(string text) => DeviceId.TryParse(text, out _); // the same alphabet

    private static ProblemHttpResult NoEnrolment() => Problems.Of(StatusCodes.Status404NotFound, "There is no enrolment of this name.");
}
