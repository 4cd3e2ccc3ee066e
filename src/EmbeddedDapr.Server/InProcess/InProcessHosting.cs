using Microsoft.AspNetCore.Hosting.Server;

namespace EmbeddedDapr.Server.InProcess;

/// <summary>Puts an in-process server in front of a host's own one.</summary>
internal static class InProcessHosting
{
    /// <summary>The host's server stays, behind <paramref name="server"/>; a host without one gets only <paramref name="server"/>.</summary>
    public static void WrapServer(this IServiceCollection services, InProcessServer server)
    {
        var inner = services.LastOrDefault(service => service.ServiceType == typeof(IServer));
        if (inner is not null)
        {
            services.Remove(inner);
        }

        services.AddSingleton<IServer>(provider =>
        {
            server.Inner = inner switch
            {
                { ImplementationInstance: IServer instance } => instance,
                { ImplementationFactory: { } factory } => (IServer)factory(provider),
                { ImplementationType: { } type } => (IServer)ActivatorUtilities.CreateInstance(provider, type),
                _ => null,
            };
            return server;
        });
    }

    /// <summary>The host listens nowhere and is only reached through <paramref name="server"/>.</summary>
    public static void ReplaceServer(this IServiceCollection services, InProcessServer server)
    {
        for (var index = services.Count - 1; index >= 0; index--)
        {
            if (services[index].ServiceType == typeof(IServer))
            {
                services.RemoveAt(index);
            }
        }

        services.AddSingleton<IServer>(server);
    }
}
