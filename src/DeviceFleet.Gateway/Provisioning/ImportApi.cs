using System.Security.Claims;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Api;
using DeviceFleet.Gateway.Auth;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DeviceFleet.Gateway.Provisioning;

/// <summary>Many devices registered by hand at once.</summary>
internal static class ImportApi
{
    /// <summary>Most devices of one request.</summary>
    public const int DevicesMax = 1_000;

    private const int BodyBytesMax = 2 * 1024 * 1024;
    private const int AtOnceMax = 16;

    public static void MapImport(this IEndpointRouteBuilder api) =>
        api.MapPost("/provisioning/import", ImportAsync).Describe(
                "Provisioning",
                "Register many devices",
                $"1 to {DevicesMax} devices, each as POST /api/devices/{{id}}/identity does. The answer tells every secret this once; a device that could not be registered says why, and the others are.")
            .Takes<ImportOrder>()
            .Administers();

    private static async Task<Results<Ok<ImportResult>, ProblemHttpResult>> ImportAsync(HttpContext context, ClaimsPrincipal user, IdentityRegistrar registrar)
    {
        var (order, problem) = await Bodies.ReadAsync(context.Request, GatewayJson.Default.ImportOrder, BodyBytesMax);
        if (problem is not null)
        {
            return problem;
        }

        if (order!.Devices is not { Count: >= 1 and <= DevicesMax } devices || devices.DistinctBy(device => device.Id).Count() != devices.Count)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, $"1 to {DevicesMax} devices, each id once.");
        }

        var by = Caller.NameOf(user);
        var results = new ImportedDevice[devices.Count];
        var limits = new ParallelOptions { MaxDegreeOfParallelism = AtOnceMax, CancellationToken = context.RequestAborted };
        await Parallel.ForAsync(0, devices.Count, limits, async (index, token) => results[index] = await RegisterAsync(devices[index], by, registrar, token));
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new ImportResult(results));
    }

    private static async Task<ImportedDevice> RegisterAsync(ImportDevice device, string by, IdentityRegistrar registrar, CancellationToken cancellationToken)
    {
        var order = new RegisterOrder { Type = device.Type, Group = device.Group, Tags = device.Tags, Reason = "import" };
        var reply = await registrar.RegisterAsync(device.Id, order, by, cancellationToken);
        return new ImportedDevice
        {
            DeviceId = device.Id,
            Outcome = reply.Outcome,
            CredentialId = reply.Outcome == ChangeOutcome.Applied ? reply.Value?.CredentialId : null,
            Secret = reply.Outcome == ChangeOutcome.Applied ? reply.Value?.Secret : null,
            Detail = reply.Detail,
        };
    }
}
