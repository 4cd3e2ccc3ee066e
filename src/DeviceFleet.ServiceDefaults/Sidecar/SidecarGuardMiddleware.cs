using Microsoft.AspNetCore.Http;

namespace DeviceFleet.ServiceDefaults.Sidecar;

/// <summary>Refuses requests to sidecar routes that are not the sidecar's: 401, before authentication and model binding.</summary>
internal sealed class SidecarGuardMiddleware(RequestDelegate next, SidecarGuard guard)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<SidecarRoute>() is null || guard.Allows(context))
        {
            return next(context);
        }

        return Results.Problem(statusCode: StatusCodes.Status401Unauthorized, detail: "This route is for the Dapr sidecar.").ExecuteAsync(context);
    }
}
