using System.Globalization;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Gateway.Actors;
using DeviceFleet.Gateway.Api;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DeviceFleet.Gateway.Provisioning;

/// <summary>Who did what to whose identity, and who was turned away, by days.</summary>
internal static class AuditApi
{
    private const int TakeDefault = 100;
    private const int TakeMax = 500;
    private const int BeforeLengthMax = 64;
    private const string DayFormat = "yyyy-MM-dd";

    public static void MapAudit(this IEndpointRouteBuilder api) =>
        api.MapGet("/audit", GetAuditAsync).Describe(
                "Identities",
                "Audit",
                $"Newest first. day: yyyy-MM-dd UTC, default today. device: only this one's. before: what next of the page before said. take: 1 to {TakeMax}, default {TakeDefault}.")
            .ProducesValidationProblem();

    private static async Task<Results<Ok<AuditPage>, ValidationProblem>> GetAuditAsync(
        HttpContext context, IdentityActors actors, TimeProvider time, string? day, string? device, string? before, int take = TakeDefault)
    {
        Dictionary<string, string[]> faults = [];
        var date = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        if (!string.IsNullOrEmpty(day) && !DateOnly.TryParseExact(day, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out date))
        {
            faults["day"] = [$"As {DayFormat}."];
        }

        DeviceId? only = null;
        if (!string.IsNullOrEmpty(device))
        {
            if (DeviceId.TryParse(device, out var id))
            {
                only = id;
            }
            else
            {
                faults["device"] = ["Not a device id."];
            }
        }

        if (before?.Length > BeforeLengthMax)
        {
            faults["before"] = [$"At most {BeforeLengthMax} characters."];
        }

        if (take is < 1 or > TakeMax)
        {
            faults["take"] = [$"From 1 to {TakeMax}."];
        }

        return faults.Count > 0
            ? TypedResults.ValidationProblem(faults)
            : TypedResults.Ok(await actors.ListAuditAsync(date.ToString(DayFormat, CultureInfo.InvariantCulture), new AuditQuery(before, take, only), context.RequestAborted));
    }
}
