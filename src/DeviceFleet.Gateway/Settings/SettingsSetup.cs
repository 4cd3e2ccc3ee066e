namespace DeviceFleet.Gateway.Settings;

internal static class SettingsSetup
{
    public static IHostApplicationBuilder AddFleetSettings(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SettingsClient>();
        return builder;
    }
}
