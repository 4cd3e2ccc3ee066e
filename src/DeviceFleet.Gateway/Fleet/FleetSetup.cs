using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Gateway.Fleet;

internal static class FleetSetup
{
    public static IHostApplicationBuilder AddFleet(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<FleetOptions>().BindConfiguration(FleetOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<FleetOptions>, FleetOptionsValidator>();
        builder.Services.TryAddSingleton(provider => DeviceViews.CreateFactory(provider.GetRequiredService<IConfiguration>()));
        builder.Services.AddSingleton<DeviceViews>();
        builder.Services.AddSingleton<KnownDevices>();
        builder.Services.AddSingleton(provider => new FleetModel(provider.GetRequiredService<IOptions<FleetOptions>>().Value));
        builder.Services.AddSingleton<FleetLoader>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<FleetLoader>());
        return builder;
    }
}
