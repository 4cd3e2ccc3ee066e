using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Gateway.Limits;

internal static class LimitsSetup
{
    public static IHostApplicationBuilder AddUserLimits(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<RateLimitOptions>, RateLimitOptionsValidator>();
        builder.Services.AddSingleton<UserLimits>();
        builder.Services.AddSingleton<HubLimitFilter>();
        builder.Services.Configure<HubOptions>(hub => hub.AddFilter<HubLimitFilter>());
        return builder;
    }
}
