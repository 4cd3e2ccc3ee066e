using DeviceFleet.Gateway.Alarms;
using DeviceFleet.Gateway.Commands;
using DeviceFleet.Gateway.Subscriptions;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Gateway.Fleet;

internal static class FleetSetup
{
    public static IHostApplicationBuilder AddFleet(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<FleetOptions>().BindConfiguration(FleetOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<FleetOptions>, FleetOptionsValidator>();
        builder.Services.AddSingleton<KnownDevices>();
        builder.Services.AddSingleton(provider => new FleetModel(provider.GetRequiredService<IOptions<FleetOptions>>().Value));
        builder.Services.AddSingleton<FleetNews>();
        builder.Services.AddSingleton<AlarmBook>();
        builder.Services.AddSingleton<CommandBoard>();
        builder.Services.AddSingleton<CommandWaiting>();
        builder.Services.AddSingleton<FleetIntake>();
        builder.Services.AddSingleton<ProvisioningIntake>();
        builder.Services.AddSingleton<FleetLoader>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<FleetLoader>());
        return builder;
    }
}
