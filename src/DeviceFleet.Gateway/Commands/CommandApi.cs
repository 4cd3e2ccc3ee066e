using System.Security.Claims;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Actors;
using DeviceFleet.Gateway.Api;
using DeviceFleet.Gateway.Auth;
using DeviceFleet.Gateway.Fleet;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DeviceFleet.Gateway.Commands;

/// <summary>Commands of a device.</summary>
internal static class CommandApi
{
    private const int BodyBytesMax = 2 * CommandLimits.JsonBytesMax;
    private const int WaitSecondsMax = 30;
    private const string KeyHeader = "Idempotency-Key";

    public static void MapCommands(this IEndpointRouteBuilder api)
    {
        api.MapGet("/devices/{id}/commands", GetCommandsAsync)
            .Describe("Commands", "Commands of a device", "All that have not ended, and the last that did; newest first.").ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/devices/{id}/commands/{commandId}", GetCommandAsync)
            .Describe("Commands", "One command", "Where it is, and what came of it.").ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/devices/{id}/commands", SendAsync).Describe(
                "Commands",
                "Send a command",
                "With wait, answers when the command has ended, at the latest after so many seconds: 200 when it ended, else 202 with its address. With Idempotency-Key (1 to 128 "
                + "characters) the same request twice is one command, and another request under the same key is 409. 409 also when as many commands are open as may be.")
            .Takes<CommandOrder>()
            .Changes()
            .WithMetadata(new HeaderOf(KeyHeader, "1 to 128 characters of the caller's own: the same request twice is one command."))
            .ProducesProblem(StatusCodes.Status409Conflict);
        api.MapPost("/devices/{id}/commands/{commandId}/cancel", CancelAsync)
            .Describe("Commands", "Take a command back", "Only while it is queued; afterwards 409.").Changes().ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Ok<CommandList>, ProblemHttpResult>> GetCommandsAsync(
        string id, FleetModel model, DeviceActors actors, CancellationToken cancellationToken) =>
        model.TryFind(id, out var device) ? TypedResults.Ok(await actors.GetCommandsAsync(device, cancellationToken)) : Problems.NoDevice();

    private static async Task<Results<Ok<DeviceCommand>, ProblemHttpResult>> GetCommandAsync(
        string id, string commandId, FleetModel model, DeviceActors actors, CancellationToken cancellationToken)
    {
        if (!model.TryFind(id, out var device))
        {
            return Problems.NoDevice();
        }

        var all = await actors.GetCommandsAsync(device, cancellationToken);
        return all.Commands.FirstOrDefault(command => command.Id == commandId) is { } found
            ? TypedResults.Ok(found)
            : Problems.Of(StatusCodes.Status404NotFound, "The device has no such command, or it ended long ago.");
    }

    private static async Task<Results<Ok<DeviceCommand>, Accepted<DeviceCommand>, ProblemHttpResult>> SendAsync(
        string id, HttpContext context, ClaimsPrincipal user, FleetModel model, DeviceActors actors, CommandWaiting waiting, TimeProvider time, int wait = 0)
    {
        if (!model.TryFind(id, out var device))
        {
            return Problems.NoDevice();
        }

        if (wait is < 0 or > WaitSecondsMax)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, $"wait is from 0 to {WaitSecondsMax} seconds.");
        }

        var keys = context.Request.Headers[KeyHeader];
        if (keys.Count > 1 || (keys.Count == 1 && keys[0] is not { Length: > 0 and <= CommandLimits.KeyLengthMax }))
        {
            return Problems.Of(StatusCodes.Status400BadRequest, $"One {KeyHeader} of 1 to {CommandLimits.KeyLengthMax} characters.");
        }

        var (order, problem) = await Bodies.ReadAsync(context.Request, GatewayJson.Default.CommandOrder, BodyBytesMax);
        if (problem is not null)
        {
            return problem;
        }

        if (order!.Fault() is { } fault)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, fault);
        }

        var request = order.ToRequest(keys.Count == 1 ? keys[0] : null, Caller.NameOf(user), time.GetUtcNow().ToUnixTimeMilliseconds());
        var reply = await actors.SendCommandAsync(device, request, context.RequestAborted);
        if (Problems.Of(reply) is { } refusal)
        {
            return refusal;
        }

        var command = await waiting.WaitAsync(reply.Value!, TimeSpan.FromSeconds(wait), context.RequestAborted);
        return command.HasEnded() ? TypedResults.Ok(command) : TypedResults.Accepted($"/api/devices/{device}/commands/{command.Id}", command);
    }

    private static async Task<Results<Ok<DeviceCommand>, ProblemHttpResult>> CancelAsync(
        string id, string commandId, ClaimsPrincipal user, FleetModel model, DeviceActors actors, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!model.TryFind(id, out var device))
        {
            return Problems.NoDevice();
        }

        var cancel = new CommandCancel(commandId, Caller.NameOf(user), time.GetUtcNow().ToUnixTimeMilliseconds());
        var reply = await actors.CancelCommandAsync(device, cancel, cancellationToken);
        return Problems.Of(reply) is { } refusal ? refusal : TypedResults.Ok(reply.Value!);
    }
}
