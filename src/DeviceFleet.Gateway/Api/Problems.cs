using DeviceFleet.Contracts.Devices;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DeviceFleet.Gateway.Api;

/// <summary>Problem details (RFC 9457) of the API.</summary>
internal static class Problems
{
    /// <summary>Member that tells the current version with 412.</summary>
    public const string Version = "version";

    public static ProblemHttpResult Of(int status, string detail) => TypedResults.Problem(statusCode: status, detail: detail);

    public static ProblemHttpResult NoDevice() => Of(StatusCodes.Status404NotFound, "No device of this name was ever heard of.");

    /// <summary>Why a turn changed nothing; null: it changed something, or it was so already.</summary>
    /// <param name="reply">The turn's answer.</param>
    /// <param name="versionOf">The version that a conflict is about; null: a conflict is about the thing's state, which is 409.</param>
    public static ProblemHttpResult? Of<T>(ChangeReply<T> reply, Func<T, long>? versionOf = null)
        where T : class => reply.Outcome switch
        {
            ChangeOutcome.Applied or ChangeOutcome.Unchanged => null,
            ChangeOutcome.Conflict when versionOf is not null && reply.Value is { } current => TypedResults.Problem(
                statusCode: StatusCodes.Status412PreconditionFailed,
                detail: reply.Detail ?? "It was changed meanwhile.",
                extensions: new Dictionary<string, object?> { [Version] = versionOf(current) }),
            ChangeOutcome.Conflict => Of(StatusCodes.Status409Conflict, reply.Detail ?? "It is in a state that does not allow this."),
            ChangeOutcome.Invalid => Of(StatusCodes.Status400BadRequest, reply.Detail ?? "It breaks a rule or a bound."),
            ChangeOutcome.NotFound => Of(StatusCodes.Status404NotFound, reply.Detail ?? "There is no such thing."),
            ChangeOutcome.Full => Of(StatusCodes.Status409Conflict, reply.Detail ?? "As many are there as there may be."),
        };
}
