using System.Text.Json.Serialization;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Alarms;
using DeviceFleet.ServiceDefaults.Sidecar;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Settings;

/// <summary>Alarm rules and device types: the feed that keeps them in force, and the routes by which the gateway asks for them.</summary>
internal static class SettingsEndpoints
{
    public static IHostApplicationBuilder AddSettings(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<SettingsOptions>().BindConfiguration(SettingsOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<SettingsOptions>, SettingsOptionsValidator>();
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ContractsJson.Default);
        });
        builder.Services.AddSingleton<SettingsStore>();
        builder.Services.AddSingleton<SettingsFeed>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<SettingsFeed>());
        return builder;
    }

    public static void MapSettings(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/" + DevicesRoutes.Settings, GetSettings).ForSidecar();
        endpoints.MapPost("/" + DevicesRoutes.TryRule, TryRule).ForSidecar();
    }

    private static async Task<Ok<FleetSettings>> GetSettings(SettingsFeed feed) => TypedResults.Ok((await feed.LoadedAsync()).ToSettings());

    private static Ok<RuleTrialResult> TryRule(RuleTrial trial) => TypedResults.Ok(RuleTrials.Run(trial));
}
