using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Actors;
using DeviceFleet.Gateway.Fleet;

namespace DeviceFleet.Gateway.Api;

/// <summary>
/// A device that has just connected is at its actor before its events are here. Before a request for a device that the model does not know is answered with 404, the actor is asked.
/// </summary>
internal sealed class NewcomerFilter(FleetModel model, DeviceActors actors) : IEndpointFilter
{
    private const string DeviceRoutes = "/api/devices/{id}";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route }
            && route.StartsWith(DeviceRoutes, StringComparison.Ordinal)
            && DeviceId.TryParse(http.Request.RouteValues["id"] as string, out var id)
            && !model.Knows(id)
            && await actors.GetViewAsync(id, http.RequestAborted) is { Revision: > 0 } view)
        {
            model.Take(view);
        }

        return await next(context);
    }
}
