using Dapr.Actors.Client;
using DeviceFleet.Contracts;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DeviceFleet.Gateway.Actors;

internal static class ActorsSetup
{
    /// <summary>Most proxies kept of each actor type.</summary>
    public const int ProxiesMax = 20_000;

    public static IHostApplicationBuilder AddFleetActors(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton<IActorProxyFactory>(provider => CreateFactory(provider.GetRequiredService<IConfiguration>()));
        builder.Services.AddSingleton<DeviceActors>();
        builder.Services.AddSingleton<GroupActors>();
        builder.Services.AddSingleton<IdentityActors>();
        return builder;
    }

    /// <summary>The SDK makes a proxy factory only for services that host actors; this one is made from the same settings.</summary>
    private static ActorProxyFactory CreateFactory(IConfiguration configuration)
    {
        var options = new ActorProxyOptions { JsonSerializerOptions = ContractsJson.Default.Options };
        if (configuration["DAPR_HTTP_ENDPOINT"] is { Length: > 0 } endpoint)
        {
            options.HttpEndpoint = endpoint.TrimEnd('/');
        }
        else if (configuration["DAPR_HTTP_PORT"] is { Length: > 0 } port)
        {
            options.HttpEndpoint = $"http://127.0.0.1:{port}";
        }

        if (configuration["DAPR_API_TOKEN"] is { Length: > 0 } token)
        {
            options.DaprApiToken = token;
        }

        return new ActorProxyFactory(options);
    }
}
