using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Live;
using Microsoft.AspNetCore.SignalR;

namespace DeviceFleet.Gateway.Hubs;

internal static class HubsSetup
{
    public static IHostApplicationBuilder AddFleetHub(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<HubFaultFilter>();
        builder.Services.AddSignalR(hub => hub.AddFilter<HubFaultFilter>()).AddJsonProtocol(json => json.PayloadSerializerOptions = new JsonSerializerOptions(ContractsJson.Default.Options)
        {
            // Contracts by generated code; the plain strings and numbers of arguments by reflection.
            TypeInfoResolver = JsonTypeInfoResolver.Combine(ContractsJson.Default, new DefaultJsonTypeInfoResolver()),
        });
        builder.Services.AddSingleton<FleetConnections>();
        builder.Services.AddSingleton<HubLifetimeManager<FleetHub>>(provider => provider.GetRequiredService<FleetConnections>());
        builder.Services.AddSingleton<CommandFollowers>();
        builder.Services.AddSingleton<NewsFeed>();
        builder.Services.AddSingleton<FleetFeed>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<FleetFeed>());
        return builder;
    }

    public static void MapFleetHub(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapHub<FleetHub>(FleetHubContract.Path, hub => hub.CloseOnAuthenticationExpiration = true);
}
