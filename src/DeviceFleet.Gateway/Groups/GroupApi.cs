using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Gateway.Actors;
using DeviceFleet.Gateway.Api;
using DeviceFleet.Gateway.Fleet;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DeviceFleet.Gateway.Groups;

/// <summary>Groups: those that devices are in, and each one's numbers and members. In addresses a group's id is its path with dots for slashes.</summary>
internal static class GroupApi
{
    private const int LimitDefault = 100;
    private const int LimitMax = 1_000;

    public static void MapGroups(this IEndpointRouteBuilder api)
    {
        api.MapGet("/groups", GetGroups).Describe("Groups", "Groups", "All that a device is in or below, by path, with how many.");
        api.MapGet("/groups/{id}", GetGroupAsync)
            .Describe("Groups", "One group", "Its numbers, the groups below included. id is the path with dots for slashes: oslo.line-2.").ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/groups/{id}/members", GetMembersAsync)
            .Describe("Groups", "Members of a group", "Devices directly in it, in order of their ids, after the id given; limit: 1 to 1,000, default 100. next is what to ask for after.")
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static Ok<GroupList> GetGroups(FleetModel model) => TypedResults.Ok(GroupList.Of(model.Rows()));

    private static async Task<Results<Ok<GroupView>, ProblemHttpResult>> GetGroupAsync(string id, GroupActors actors, CancellationToken cancellationToken)
    {
        if (!TryParse(id, out var path))
        {
            return NoGroup();
        }

        var group = await actors.GetGroupAsync(path, cancellationToken);
        return group.Revision > 0 ? TypedResults.Ok(group) : NoGroup();
    }

    private static async Task<Results<Ok<GroupMembers>, ValidationProblem, ProblemHttpResult>> GetMembersAsync(
        string id, GroupActors actors, CancellationToken cancellationToken, string? after = null, int limit = LimitDefault)
    {
        Dictionary<string, string[]> faults = [];
        DeviceId? afterId = null;
        if (!string.IsNullOrEmpty(after))
        {
            afterId = DeviceId.TryParse(after, out var given) ? given : null;
            if (afterId is null)
            {
                faults["after"] = ["A device id."];
            }
        }

        if (limit is < 1 or > LimitMax)
        {
            faults["limit"] = [$"From 1 to {LimitMax}."];
        }

        if (faults.Count > 0)
        {
            return TypedResults.ValidationProblem(faults);
        }

        return TryParse(id, out var path)
            ? TypedResults.Ok(await actors.GetMembersAsync(path, new GroupMembersQuery(afterId, limit), cancellationToken))
            : NoGroup();
    }

    private static bool TryParse(string id, out GroupPath path) => GroupPath.TryParse(id.Replace('.', '/'), out path);

    private static ProblemHttpResult NoGroup() => Problems.Of(StatusCodes.Status404NotFound, "No device was ever in such a group.");
}
