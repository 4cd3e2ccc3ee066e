using System.Security.Claims;
using System.Text.Json.Serialization.Metadata;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Actors;
using DeviceFleet.Gateway.Alarms;
using DeviceFleet.Gateway.AsyncApi;
using DeviceFleet.Gateway.Commands;
using DeviceFleet.Gateway.Fleet;
using DeviceFleet.Gateway.Groups;
using DeviceFleet.Gateway.Limits;
using DeviceFleet.Gateway.Provisioning;
using DeviceFleet.Gateway.Registration;
using DeviceFleet.Gateway.Releases;
using DeviceFleet.Gateway.Rollouts;
using DeviceFleet.Gateway.Settings;
using DeviceFleet.Gateway.Twin;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Gateway.Api;

/// <summary>REST under <c>/api</c>, described by <c>/api/openapi.json</c>. Reading needs any role.</summary>
internal static class FleetApi
{
    private const int QueryLengthMax = 64;

    public static IHostApplicationBuilder AddFleetApi(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOpenApi(OpenApiDescription.AddTo);
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ContractsJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(1, GatewayJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Add(new DefaultJsonTypeInfoResolver());
        });
        builder.AddReleases();
        builder.AddRollouts();
        return builder;
    }

    public static void MapFleetApi(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapFirmware();
        var api = endpoints.MapGroup("/api").ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status429TooManyRequests).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .AddEndpointFilter<RouteGroupBuilder, UserLimitFilter>().AddEndpointFilter<RouteGroupBuilder, ActorFaultFilter>().AddEndpointFilter<RouteGroupBuilder, NewcomerFilter>();
        api.MapOpenApi("/openapi.json");
        api.MapAsyncApi();
        api.MapGet("/session", GetSession).Describe("Session", "Who is signed in", "Name, role, and until when.");
        api.MapGet("/fleet", GetFleet).Describe("Fleet", "The fleet in numbers", "Counts that add up: total = online + stale + offline + unknown, received = applied + duplicates + rejected.");
        api.MapGet("/devices", GetDevices).Describe(
                "Fleet",
                "Devices",
                "Rows of devices. query: part of the id, at most 64 characters. sort: id, lastSeen, presence, received, rejected, alarms; with a minus before it the other way round. "
                + "limit: 1 to 500, default 100.")
            .ProducesValidationProblem();
        api.MapGet("/devices/{id}", GetDeviceAsync).Describe("Fleet", "One device", "All that its actor knows of it.").ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/rejections", GetRejections).Describe("Fleet", "Refusals", "The newest 50 of what was refused, newest first, with the reason.");
        api.MapRegistration();
        api.MapTwin();
        api.MapCommands();
        api.MapAlarms();
        api.MapGroups();
        api.MapReleases();
        api.MapRollouts();
        api.MapSettings();
        api.MapProvisioning();
    }

    private static Ok<SessionInfo> GetSession(ClaimsPrincipal user, IOptions<Auth.AuthOptions> options)
    {
        var role = user.FindFirst(options.Value.RoleClaim)?.Value ?? user.FindFirst("role")?.Value ?? "";
        long? expires = long.TryParse(user.FindFirst("exp")?.Value, out var seconds) ? seconds * 1000 : null;
        return TypedResults.Ok(new SessionInfo(user.Identity?.Name ?? "", role, expires));
    }

    private static Ok<FleetInfo> GetFleet(FleetModel model, TimeProvider time)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return TypedResults.Ok(new FleetInfo(now, model.Counters(now)));
    }

    private static Results<Ok<DevicePage>, ValidationProblem> GetDevices(
        FleetModel model, string? query, string? sort, int offset = 0, int limit = DeviceList.LimitDefault)
    {
        sort ??= "id";
        var descending = sort.StartsWith('-');
        var isKnown = DeviceList.Orders.TryGetValue(descending ? sort[1..] : sort, out var order);
        Dictionary<string, string[]> faults = [];
        if (query?.Length > QueryLengthMax)
        {
            faults["query"] = [$"At most {QueryLengthMax} characters."];
        }

        if (!isKnown)
        {
            faults["sort"] = [$"One of {string.Join(", ", DeviceList.Orders.Keys)}; with a minus before it, the other way round."];
        }

        if (offset < 0)
        {
            faults["offset"] = ["Not negative."];
        }

        if (limit is < 1 or > DeviceList.LimitMax)
        {
            faults["limit"] = [$"From 1 to {DeviceList.LimitMax}."];
        }

        return faults.Count > 0
            ? TypedResults.ValidationProblem(faults)
            : TypedResults.Ok(DeviceList.Page(model.Rows(), query, order!, descending, offset, limit));
    }

    private static async Task<Results<Ok<DeviceView>, ProblemHttpResult>> GetDeviceAsync(string id, FleetModel model, DeviceActors actors, CancellationToken cancellationToken) =>
        model.TryFind(id, out var device) ? TypedResults.Ok(await actors.GetViewAsync(device, cancellationToken)) : Problems.NoDevice();

    private static Ok<IReadOnlyList<RejectedEvent>> GetRejections(FleetModel model) => TypedResults.Ok(model.Rejections());
}
