using DeviceFleet.Contracts;
using DeviceFleet.Gateway.Actors;
using DeviceFleet.Gateway.Api;
using DeviceFleet.Gateway.Auth;
using DeviceFleet.Gateway.Fleet;
using DeviceFleet.Gateway.Hubs;
using DeviceFleet.Gateway.Limits;
using DeviceFleet.Gateway.Provisioning;
using DeviceFleet.Gateway.Settings;
using DeviceFleet.Gateway.Subscriptions;
using DeviceFleet.Gateway.Web;
using DeviceFleet.ServiceDefaults;

namespace DeviceFleet.Gateway;

/// <summary>Service <c>gateway</c>: REST, the SignalR hub, sign-in, and the dashboard's files.</summary>
public static class GatewayService
{
    /// <summary>The service, ready to run. <paramref name="customize"/> comes last, so that what a host registers replaces what is registered here.</summary>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? customize = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        builder.Services.AddDaprClient(dapr => dapr.UseJsonSerializationOptions(ContractsJson.Default.Options));
        builder.AddFleetAuth();
        builder.AddFleetActors();
        builder.AddFleet();
        builder.AddFleetSettings();
        builder.AddProvisioning();
        builder.AddFleetHub();
        builder.AddFleetApi();
        builder.AddUserLimits();
        customize?.Invoke(builder);

        var app = builder.Build();
        app.UseSecurityHeaders();
        app.MapServiceDefaults();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseDashboardFiles();
        app.MapSignIn();
        app.MapFleetSubscriptions();
        app.MapFleetHub();
        app.MapFleetApi();
        app.MapDashboardPages();
        return app;
    }
}
