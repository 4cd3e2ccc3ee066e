using DeviceFleet.Contracts;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Groups;
using DeviceFleet.Devices.Ingest;
using DeviceFleet.Devices.Publishing;
using DeviceFleet.Devices.Settings;
using DeviceFleet.ServiceDefaults;

namespace DeviceFleet.Devices;

/// <summary>Service <c>devices</c>: hosts the device actors and takes what devices send.</summary>
public static class DevicesService
{
    /// <summary>The service, ready to run. <paramref name="customize"/> comes last, so that what a host registers replaces what is registered here.</summary>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? customize = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        builder.Services.AddDaprClient(dapr => dapr.UseJsonSerializationOptions(ContractsJson.Default.Options));
        builder.AddPublishing();
        builder.AddSettings();
        builder.AddDeviceActors();
        builder.AddGroups();
        builder.AddIngest();
        customize?.Invoke(builder);

        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapDeviceActors();
        app.MapIngest();
        app.MapSettings();
        return app;
    }
}
