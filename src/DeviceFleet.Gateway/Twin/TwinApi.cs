using System.Security.Claims;
using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Actors;
using DeviceFleet.Gateway.Api;
using DeviceFleet.Gateway.Auth;
using DeviceFleet.Gateway.Fleet;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DeviceFleet.Gateway.Twin;

/// <summary>A device's twin: desired can be written, under a condition on its version.</summary>
internal static class TwinApi
{
    /// <summary>Twice the largest document: white space and escapes are not counted there.</summary>
    private const int BodyBytesMax = 2 * TwinLimits.DocumentBytesMax;

    public static void MapTwin(this IEndpointRouteBuilder api)
    {
        api.MapGet("/devices/{id}/twin", GetTwinAsync).Describe("Twin", "The twin", "Desired, reported, what the device has yet to take on, and who wrote what. ETag is the version of desired.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPatch("/devices/{id}/twin/desired", PatchDesiredAsync).Describe(
                "Twin", "Change desired", "A JSON merge patch (RFC 7396): null removes. With If-Match only when the version of desired is that one. The result is sent to the device.")
            .Takes<JsonElement>(isPatch: true)
            .ChangesIfMatch();
        api.MapPut("/devices/{id}/twin/desired", ReplaceDesiredAsync).Describe(
                "Twin", "Replace desired", "The whole document. With If-Match only when the version of desired is that one. The result is sent to the device.")
            .Takes<JsonElement>()
            .ChangesIfMatch();
    }

    private static async Task<Results<Ok<TwinView>, ProblemHttpResult>> GetTwinAsync(
        string id, HttpResponse response, FleetModel model, DeviceActors actors, CancellationToken cancellationToken)
    {
        if (!model.TryFind(id, out var device))
        {
            return Problems.NoDevice();
        }

        var twin = await actors.GetTwinAsync(device, cancellationToken);
        Versions.Tell(response, twin.Desired.Version);
        return TypedResults.Ok(twin);
    }

    private static Task<Results<Ok<TwinView>, ProblemHttpResult>> PatchDesiredAsync(
        string id, HttpContext context, ClaimsPrincipal user, FleetModel model, DeviceActors actors, TimeProvider time) =>
        WriteAsync(id, replace: false, context, user, model, actors, time);

    private static Task<Results<Ok<TwinView>, ProblemHttpResult>> ReplaceDesiredAsync(
        string id, HttpContext context, ClaimsPrincipal user, FleetModel model, DeviceActors actors, TimeProvider time) =>
        WriteAsync(id, replace: true, context, user, model, actors, time);

    private static async Task<Results<Ok<TwinView>, ProblemHttpResult>> WriteAsync(
        string id, bool replace, HttpContext context, ClaimsPrincipal user, FleetModel model, DeviceActors actors, TimeProvider time)
    {
        if (!model.TryFind(id, out var device))
        {
            return Problems.NoDevice();
        }

        if (!Versions.TryReadIfMatch(context.Request, out var version, out var badCondition))
        {
            return badCondition!;
        }

        var (document, problem) = await Bodies.ReadAsync(context.Request, GatewayJson.Default.JsonElement, BodyBytesMax);
        if (problem is not null)
        {
            return problem;
        }

        if (document.ValueKind != JsonValueKind.Object)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "A JSON object.");
        }

        var write = new DesiredWrite
        {
            Document = document,
            Replace = replace,
            IfVersion = version,
            By = Caller.NameOf(user),
            At = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        var reply = await actors.WriteDesiredAsync(device, write, context.RequestAborted);
        if (Problems.Of(reply, twin => twin.Desired.Version) is { } refusal)
        {
            return refusal;
        }

        Versions.Tell(context.Response, reply.Value!.Desired.Version);
        return TypedResults.Ok(reply.Value);
    }
}
