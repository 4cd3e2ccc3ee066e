using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace DeviceFleet.ServiceDefaults.Sidecar;

/// <summary>Marks an endpoint that only the sidecar may call.</summary>
internal sealed class SidecarRoute
{
    public static SidecarRoute Instance { get; } = new();
}

/// <summary>Routes that the sidecar calls: actors, bindings, subscriptions.</summary>
public static class SidecarRoutes
{
    /// <summary>
    /// Opens these endpoints to the sidecar and to nobody else: header <c>dapr-api-token</c> must equal setting <c>APP_API_TOKEN</c>; without
    /// that setting, only callers on this machine are let in. No user signs in here. A health check among them stays open.
    /// </summary>
    public static TBuilder ForSidecar<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(static endpoint =>
        {
            if (endpoint is RouteEndpointBuilder { RoutePattern.RawText: ServiceDefaultsExtensions.HealthPath })
            {
                return;
            }

            endpoint.Metadata.Add(SidecarRoute.Instance);
            endpoint.Metadata.Add(new AllowAnonymousAttribute());
        });
        return builder;
    }
}
