using System.Security.Claims;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Gateway.Api;
using DeviceFleet.Gateway.Auth;
using DeviceFleet.Gateway.Fleet;
using DeviceFleet.Gateway.Releases;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DeviceFleet.Gateway.Rollouts;

/// <summary>Rollouts: begin one, look at it, hold it, end it.</summary>
internal static class RolloutApi
{
    private const int BodyBytesMax = 64 * 1024;
    private const int TakeDefault = 200;
    private const int TakeMax = 1_000;

    public static IHostApplicationBuilder AddRollouts(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RolloutActors>();
        return builder;
    }

    public static void MapRollouts(this IEndpointRouteBuilder api)
    {
        api.MapGet("/rollouts", GetRolloutsAsync).Describe("Rollouts", "Rollouts", "All of them, newest first.");
        api.MapGet("/rollouts/{id}", GetRolloutAsync).Describe("Rollouts", "One rollout", "Its plan, and how its waves stand.").ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/rollouts/{id}/devices", GetDevicesAsync).Describe(
                "Rollouts",
                "Devices of a rollout",
                $"In the order in which they are updated; wave: only this one's, from 0; after: the id that the page before ended with; take: 1 to {TakeMax}, default {TakeDefault}.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/rollouts", BeginAsync).Describe(
                "Rollouts",
                "Begin a rollout",
                "For the devices that targets find now. With dryRun=true nothing begins, and the answer says how many devices these are, with a few of them. "
                + "Left out: waves of 5, 25 and 100 percent, the first two watched for 10 minutes; aborted, and rolled back, when more than 10 percent of a wave failed; 50 devices at once, "
                + "30 minutes each.")
            .Takes<RolloutRequest>()
            .Administers()
            .Produces<RolloutTrial>()
            .ProducesProblem(StatusCodes.Status409Conflict);
        api.MapChange("pause", RolloutAction.Pause, "Pause a rollout", "No further device is told to update; what was told goes on.");
        api.MapChange("resume", RolloutAction.Resume, "Resume a rollout", "It goes on where it was.");
        api.MapChange("cancel", RolloutAction.Cancel, "Cancel a rollout", "It ends for good; what was updated stays.");
        api.MapChange("roll-back", RolloutAction.RollBack, "Roll a rollout back", "It ends for good; what was updated is put back to what it ran before.");
    }

    private static void MapChange(this IEndpointRouteBuilder api, string name, RolloutAction action, string summary, string description) => api.MapPost(
            $"/rollouts/{{id}}/{name}",
            (string id, HttpContext context, ClaimsPrincipal user, RolloutActors rollouts, TimeProvider time) => ChangeAsync(id, action, context, user, rollouts, time))
        .Describe("Rollouts", summary, description)
        .Takes<RolloutReason>(isOptional: true)
        .Changes()
        .ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Ok<RolloutList>> GetRolloutsAsync(ReleaseDirectory directory, CancellationToken cancellationToken) =>
        TypedResults.Ok(new RolloutList(await directory.GetRolloutsAsync(cancellationToken)));

    private static async Task<Results<Ok<RolloutView>, ProblemHttpResult>> GetRolloutAsync(string id, RolloutActors rollouts, CancellationToken cancellationToken)
    {
        if (!DeviceId.TryParse(id, out _))
        {
            return NoRollout();
        }

        var reply = await rollouts.GetAsync(id, cancellationToken);
        return Problems.Of(reply) is { } refusal ? refusal : TypedResults.Ok(reply.Value!);
    }

    private static async Task<Results<Ok<RolloutDevices>, ProblemHttpResult>> GetDevicesAsync(
        string id, RolloutActors rollouts, CancellationToken cancellationToken, int? wave = null, string? after = null, int take = TakeDefault)
    {
        if (!DeviceId.TryParse(id, out _))
        {
            return NoRollout();
        }

        DeviceId? from = null;
        if (after is not null)
        {
            if (!DeviceId.TryParse(after, out var parsed))
            {
                return Problems.Of(StatusCodes.Status400BadRequest, "after is no device id.");
            }

            from = parsed;
        }

        return take is < 1 or > TakeMax
            ? Problems.Of(StatusCodes.Status400BadRequest, $"take is from 1 to {TakeMax}.")
            : TypedResults.Ok(await rollouts.GetDevicesAsync(id, new RolloutDevicesQuery(wave, from, take), cancellationToken));
    }

    private static async Task<Results<Ok<RolloutTrial>, Ok<RolloutView>, Created<RolloutView>, ProblemHttpResult>> BeginAsync(
        HttpContext context, ClaimsPrincipal user, FleetModel model, RolloutActors rollouts, TimeProvider time, bool dryRun = false)
    {
        var (request, problem) = await Bodies.ReadAsync(context.Request, GatewayJson.Default.RolloutRequest, BodyBytesMax);
        if (problem is not null)
        {
            return problem;
        }

        if (request!.Fault() is { } fault)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, fault);
        }

        var devices = request.Find(model, request.Version!);
        if (dryRun)
        {
            return TypedResults.Ok(RolloutRequest.ToTrial(devices));
        }

        if (devices.Count is 0 or > RolloutLimits.DevicesMax)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, $"targets find {devices.Count} devices; a rollout has 1 to {RolloutLimits.DevicesMax}.");
        }

        var now = time.GetUtcNow();
        if (request.Id is { } given && !DeviceId.TryParse(given, out _))
        {
            return Problems.Of(StatusCodes.Status400BadRequest, $"id has 1 to {DeviceId.LengthMax} characters of A-Z a-z 0-9 . _ -, the first a letter or digit.");
        }

        var order = new RolloutOrder
        {
            Id = request.Id ?? RolloutRequest.NewId(now),
            Plan = request.ToPlan(),
            Targets = request.Targets!,
            Devices = devices,
            By = Caller.NameOf(user),
            At = now.ToUnixTimeMilliseconds(),
        };
        var reply = await rollouts.BeginAsync(order, context.RequestAborted);
        return Problems.Of(reply) is { } refusal ? refusal
            : reply.Outcome == ChangeOutcome.Applied ? TypedResults.Created($"/api/rollouts/{order.Id}", reply.Value)
            : TypedResults.Ok(reply.Value!);
    }

    private static async Task<Results<Ok<RolloutView>, ProblemHttpResult>> ChangeAsync(
        string id, RolloutAction action, HttpContext context, ClaimsPrincipal user, RolloutActors rollouts, TimeProvider time)
    {
        if (!DeviceId.TryParse(id, out _))
        {
            return NoRollout();
        }

        var (reason, problem) = await Bodies.ReadAsync(context.Request, GatewayJson.Default.RolloutReason, BodyBytesMax, empty: new RolloutReason(null));
        if (problem is not null)
        {
            return problem;
        }

        var change = new RolloutChange(action, reason!.Reason, Caller.NameOf(user), time.GetUtcNow().ToUnixTimeMilliseconds());
        var reply = await rollouts.ChangeAsync(id, change, context.RequestAborted);
        return Problems.Of(reply) is { } refusal ? refusal : TypedResults.Ok(reply.Value!);
    }

    private static ProblemHttpResult NoRollout() => Problems.Of(StatusCodes.Status404NotFound, "There is no such rollout.");
}
