using System.Security.Claims;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Gateway.Actors;
using DeviceFleet.Gateway.Api;
using DeviceFleet.Gateway.Auth;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DeviceFleet.Gateway.Provisioning;

/// <summary>Asks for one of a person's choices.</summary>
internal sealed record ChoiceOrder
{
    /// <summary>Which.</summary>
    public required SagaChoice Choice { get; init; }

    /// <summary>The saga that it is for: another one that runs meanwhile is not meant.</summary>
    public required string Instance { get; init; }

    /// <summary>Why, at most <see cref="IdentityLimits.ReasonLengthMax"/> characters.</summary>
    public string? Reason { get; init; }
}

/// <summary>Sagas, and what people decide about them.</summary>
internal static class SagaApi
{
    private const int BodyBytesMax = 8 * 1024;

    public static void MapSagas(this IEndpointRouteBuilder api)
    {
        api.MapGet("/provisioning/sagas", GetSagas).Describe(
            "Provisioning",
            "Sagas",
            $"All that are under way (at most {SagaBoard.OpenMax}), those that wait for a person first, then by how long they have been at their step; after them the newest that ended.");
        api.MapPost("/provisioning/sagas/{id}/choice", ChooseAsync).Describe(
                "Provisioning",
                "Decide about a saga",
                "retry or skip one that is stuck, approve one that waits for approval, compensate any. {id} is the device. 409 when the saga is not in a state that this is a choice for.")
            .Takes<ChoiceOrder>()
            .Changes()
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static Ok<SagaList> GetSagas(SagaBoard board) => TypedResults.Ok(board.List());

    private static async Task<Results<Ok<DeviceIdentity>, ProblemHttpResult>> ChooseAsync(
        string id, HttpContext context, ClaimsPrincipal user, IdentityActors actors, TimeProvider time)
    {
        if (!DeviceId.TryParse(id, out var device))
        {
            return Problems.NoDevice();
        }

        var (order, problem) = await Bodies.ReadAsync(context.Request, GatewayJson.Default.ChoiceOrder, BodyBytesMax);
        if (problem is not null)
        {
            return problem;
        }

        var change = new IdentityChange
        {
            Action = IdentityAction.Choose,
            Choice = order!.Choice,
            ForInstance = order.Instance,
            Reason = order.Reason,
            By = Caller.NameOf(user),
            At = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        var reply = await actors.ApplyAsync(device, change, context.RequestAborted);
        return Problems.Of(reply) is { } refusal ? refusal : TypedResults.Ok(reply.Value!.Identity);
    }
}
