using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Api;
using DeviceFleet.Gateway.Fleet;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DeviceFleet.Gateway.Settings;

/// <summary>Alarm rules and device types in force, and what a draft of a rule would do. All of it is asked of <c>devices</c>, which reads the configuration store.</summary>
internal static class SettingsApi
{
    private const int BodyBytesMax = SettingsClient.TrialBytesMax;

    public static void MapSettings(this IEndpointRouteBuilder api)
    {
        api.MapGet("/settings", GetSettingsAsync).Describe("Settings", "Rules and types", "Those in force, and those that were refused, with the reasons.");
        api.MapPost("/rules/trial", TryRuleAsync).Describe(
                "Settings",
                "Try a rule",
                "What a draft would have done, on samples that are sent along (series, by device), on those that the gateway remembers of devices (at most 600 each), or both; at most "
                + "100 series of at most 10,000 samples each. Changes nothing. A draft with faults is answered with these.")
            .Takes<RuleTrialOrder>();
    }

    private static async Task<Ok<FleetSettings>> GetSettingsAsync(SettingsClient settings, CancellationToken cancellationToken) =>
        TypedResults.Ok(await settings.GetAsync(cancellationToken));

    private static async Task<Results<Ok<RuleTrialResult>, ProblemHttpResult>> TryRuleAsync(HttpContext context, FleetModel model, SettingsClient settings)
    {
        var (order, problem) = await Bodies.ReadAsync(context.Request, GatewayJson.Default.RuleTrialOrder, BodyBytesMax);
        if (problem is not null)
        {
            return problem;
        }

        if (!order!.TryToTrial(model, out var trial, out var fault))
        {
            return Problems.Of(StatusCodes.Status400BadRequest, fault);
        }

        return await settings.TryRuleAsync(trial, context.RequestAborted) is { } result
            ? TypedResults.Ok(result)
            : Problems.Of(StatusCodes.Status413PayloadTooLarge, $"The samples are more than {SettingsClient.TrialBytesMax} bytes together: take fewer devices.");
    }
}
