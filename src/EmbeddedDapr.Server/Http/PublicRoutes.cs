using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Access;
using EmbeddedDapr.Server.Hosting;

namespace EmbeddedDapr.Server.Http;

/// <summary>What <c>--dapr-public-port</c> serves without a token: health and metadata, setting it too (recorded: runtime-public-port).</summary>
internal static class PublicRoutes
{
    public static void MapPublicPort(this WebApplication app, Sidecar sidecar) => app.MapWhen(context => context.IsFor(Head.Public), branch =>
    {
        branch.UseRouting();
        branch.UseEndpoints(routes => routes.MapHealthAndMetadata(sidecar));
        branch.Run(HttpApiAccess.RefuseAsync);
    });
}
