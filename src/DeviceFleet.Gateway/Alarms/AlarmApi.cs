using System.Security.Claims;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Actors;
using DeviceFleet.Gateway.Api;
using DeviceFleet.Gateway.Auth;
using DeviceFleet.Gateway.Fleet;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DeviceFleet.Gateway.Alarms;

/// <summary>Alarms of the fleet and of a device, and what people do with them.</summary>
internal static class AlarmApi
{
    private const int LimitDefault = 100;
    private const int LimitMax = 500;
    private const int BodyBytesMax = 8 * 1024;

    public static void MapAlarms(this IEndpointRouteBuilder api)
    {
        api.MapGet("/alarms", GetAlarms).Describe(
                "Alarms",
                "Alarms of the fleet",
                "The most severe first, of the same severity the newest. state: active (default; not cleared) or all (also the newest 1,000 that this gateway saw cleared). "
                + "severity: info, warning or critical; left out: all. limit: 1 to 500, default 100. Of more than 10,000 active ones the least severe are left out.")
            .ProducesValidationProblem();
        api.MapGet("/devices/{id}/alarms", GetDeviceAlarmsAsync)
            .Describe("Alarms", "Alarms of a device", "All that are not cleared, and the last that were; newest first. Each has its rule and the samples that raised it.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/devices/{id}/alarms/{alarmId}/acknowledge", AcknowledgeAsync).Describe("Alarms", "Acknowledge an alarm", "Says that it was seen; twice is once. 409 when it is cleared.").Alters();
        api.MapPost("/devices/{id}/alarms/{alarmId}/assign", AssignAsync).Describe("Alarms", "Assign an alarm", "Makes it the business of whom text names; without text nobody's.").Alters();
        api.MapPost("/devices/{id}/alarms/{alarmId}/comment", CommentAsync).Describe("Alarms", "Comment an alarm", "text: 1 to 1,000 characters.").Alters();
        api.MapPost("/devices/{id}/alarms/{alarmId}/clear", ClearAsync)
            .Describe("Alarms", "Clear an alarm", "Ends it. The rule raises again only after its clear condition has held in between.").Alters();
    }

    private static void Alters(this RouteHandlerBuilder route) => route.Takes<AlarmNote>(isOptional: true).Changes().ProducesProblem(StatusCodes.Status409Conflict);

    private static Results<Ok<AlarmPage>, ValidationProblem> GetAlarms(AlarmBook book, string? state, string? severity, int offset = 0, int limit = LimitDefault)
    {
        Dictionary<string, string[]> faults = [];
        AlarmSeverity? only = severity switch
        {
            "info" => AlarmSeverity.Info,
            "warning" => AlarmSeverity.Warning,
            "critical" => AlarmSeverity.Critical,
            _ => null,
        };
        if (!string.IsNullOrEmpty(severity) && only is null)
        {
            faults["severity"] = ["One of info, warning, critical."];
        }

        if (state is not (null or "" or "active" or "all"))
        {
            faults["state"] = ["One of active, all."];
        }

        if (offset < 0)
        {
            faults["offset"] = ["Not negative."];
        }

        if (limit is < 1 or > LimitMax)
        {
            faults["limit"] = [$"From 1 to {LimitMax}."];
        }

        if (faults.Count > 0)
        {
            return TypedResults.ValidationProblem(faults);
        }

        var all = book.List(withCleared: state == "all", only);
        return TypedResults.Ok(new AlarmPage(all.Count, offset, limit, [.. all.Skip(offset).Take(limit)]));
    }

    private static async Task<Results<Ok<AlarmList>, ProblemHttpResult>> GetDeviceAlarmsAsync(
        string id, FleetModel model, DeviceActors actors, CancellationToken cancellationToken) =>
        model.TryFind(id, out var device) ? TypedResults.Ok(await actors.GetAlarmsAsync(device, cancellationToken)) : Problems.NoDevice();

    private static Task<Results<Ok<DeviceAlarm>, ProblemHttpResult>> AcknowledgeAsync(
        string id, string alarmId, HttpContext context, ClaimsPrincipal user, FleetModel model, DeviceActors actors, TimeProvider time) =>
        ChangeAsync(id, alarmId, AlarmAction.Acknowledge, context, user, model, actors, time);

    private static Task<Results<Ok<DeviceAlarm>, ProblemHttpResult>> AssignAsync(
        string id, string alarmId, HttpContext context, ClaimsPrincipal user, FleetModel model, DeviceActors actors, TimeProvider time) =>
        ChangeAsync(id, alarmId, AlarmAction.Assign, context, user, model, actors, time);

    private static Task<Results<Ok<DeviceAlarm>, ProblemHttpResult>> CommentAsync(
        string id, string alarmId, HttpContext context, ClaimsPrincipal user, FleetModel model, DeviceActors actors, TimeProvider time) =>
        ChangeAsync(id, alarmId, AlarmAction.Comment, context, user, model, actors, time);

    private static Task<Results<Ok<DeviceAlarm>, ProblemHttpResult>> ClearAsync(
        string id, string alarmId, HttpContext context, ClaimsPrincipal user, FleetModel model, DeviceActors actors, TimeProvider time) =>
        ChangeAsync(id, alarmId, AlarmAction.Clear, context, user, model, actors, time);

    private static async Task<Results<Ok<DeviceAlarm>, ProblemHttpResult>> ChangeAsync(
        string id, string alarmId, AlarmAction action, HttpContext context, ClaimsPrincipal user, FleetModel model, DeviceActors actors, TimeProvider time)
    {
        if (!model.TryFind(id, out var device))
        {
            return Problems.NoDevice();
        }

        var (note, problem) = await Bodies.ReadAsync(context.Request, GatewayJson.Default.AlarmNote, BodyBytesMax, empty: new AlarmNote(null));
        if (problem is not null)
        {
            return problem;
        }

        var change = new AlarmChange { AlarmId = alarmId, Action = action, Text = note!.Text, By = Caller.NameOf(user), At = time.GetUtcNow().ToUnixTimeMilliseconds() };
        var reply = await actors.ChangeAlarmAsync(device, change, context.RequestAborted);
        return Problems.Of(reply) is { } refusal ? refusal : TypedResults.Ok(reply.Value!);
    }
}

/// <summary>Body of what is done with an alarm.</summary>
/// <param name="Text">The assignee, or the comment.</param>
internal sealed record AlarmNote(string? Text);

/// <summary>Answer of <c>GET /api/alarms</c>.</summary>
/// <param name="Total">How many match, on all pages.</param>
/// <param name="Offset">The first of this page.</param>
/// <param name="Limit">Most of a page.</param>
/// <param name="Alarms">This page.</param>
internal sealed record AlarmPage(int Total, int Offset, int Limit, IReadOnlyList<DeviceAlarm> Alarms);
