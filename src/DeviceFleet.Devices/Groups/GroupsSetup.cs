using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Groups;

internal static class GroupsSetup
{
    public static IHostApplicationBuilder AddGroups(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<GroupOptions>().BindConfiguration(GroupOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<GroupOptions>, GroupOptionsValidator>();
        builder.Services.AddSingleton<GroupMetrics>();
        builder.Services.AddSingleton<GroupActors>();
        builder.Services.AddSingleton<GroupFeed>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<GroupFeed>());
        builder.Services.AddSingleton<GroupLooks>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<GroupLooks>());
        return builder;
    }
}
