using System.Text;
using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.Server.Http;

/// <summary>Health, metadata, shutdown (contract section 1.3).</summary>
internal static class RuntimeRoutes
{
    private const int KeySegment = 2;
    private static readonly string[] Put = ["PUT"];

    internal static void MapRuntime(this IEndpointRouteBuilder routes, Sidecar sidecar)
    {
        routes.MapHealthAndMetadata(sidecar);
        routes.MapPost("/v1.0/shutdown", (RequestDelegate)(context => ShutdownAsync(context, sidecar)));
    }

    /// <summary>The routes that the public port has too.</summary>
    internal static void MapHealthAndMetadata(this IEndpointRouteBuilder routes, Sidecar sidecar)
    {
        routes.MapGet("/v1.0/healthz", (RequestDelegate)(context => HealthAsync(context, sidecar)));
        routes.MapGet("/v1.0/healthz/outbound", (RequestDelegate)(context => OutboundAsync(context, sidecar)));
        routes.MapGet("/v1.0/metadata", (RequestDelegate)(context => context.WriteJsonAsync(writer => RuntimeMetadata.Write(writer, sidecar))));
        routes.MapMethods("/v1.0/metadata/{key}", Put, context => SetAttributeAsync(context, sidecar));
    }

    private static Task HealthAsync(HttpContext context, Sidecar sidecar)
    {
        if (context.Request.Query.TryGetValue("appid", out var appId) && appId != sidecar.Options.AppId)
        {
            return context.WriteErrorAsync(new("ERR_HEALTH_APPID_NOT_MATCH", "dapr app-id does not match", 500, GrpcCode.Internal));
        }

        return context.WriteOutcomeAsync(sidecar.Phase == SidecarPhase.Ready ? null : new("ERR_HEALTH_NOT_READY", "dapr is not ready: [runtime]", 500, GrpcCode.Internal));
    }

    private static Task OutboundAsync(HttpContext context, Sidecar sidecar) => context.WriteOutcomeAsync(
        sidecar.Phase is SidecarPhase.Outbound or SidecarPhase.Ready
            ? null
            : new("ERR_OUTBOUND_HEALTH_NOT_READY", "dapr outbound is not ready", 500, GrpcCode.Internal));

    private static async Task SetAttributeAsync(HttpContext context, Sidecar sidecar)
    {
        var body = await context.ReadBodyAsync(sidecar.Options.BodyBytesMax);
        if (body.IsTooLarge)
        {
            await context.WriteErrorAsync(ApiErrors.BodyRead(RequestBody.TooLarge));
            return;
        }

        sidecar.SetAttribute(context.PathSegment(KeySegment), Encoding.UTF8.GetString(body.Data.Span));
        await context.WriteOutcomeAsync(null);
    }

    private static async Task ShutdownAsync(HttpContext context, Sidecar sidecar)
    {
        var isForced = context.Request.Headers["dapr-force-shutdown"].ToString().Equals("true", StringComparison.OrdinalIgnoreCase);
        await context.WriteOutcomeAsync(null);
        await context.Response.CompleteAsync();
        sidecar.Shutdown?.Invoke(isForced);
    }
}
