using Microsoft.Extensions.Options;

namespace DeviceFleet.Gateway.Releases;

internal static class ReleasesSetup
{
    public static IHostApplicationBuilder AddReleases(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ReleaseOptions>().BindConfiguration(ReleaseOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<ReleaseOptions>, ReleaseOptionsValidator>();
        builder.Services.AddSingleton<FirmwareStore>();
        builder.Services.AddSingleton<ImageUpload>();
        builder.Services.AddSingleton<ReleaseClient>();
        builder.Services.AddSingleton<ReleaseDirectory>();
        builder.Services.AddSingleton<ReleaseLimiter>();
        return builder;
    }
}
