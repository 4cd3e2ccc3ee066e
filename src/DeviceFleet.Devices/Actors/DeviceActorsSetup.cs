using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Devices.Groups;
using DeviceFleet.Devices.Liveness;
using DeviceFleet.ServiceDefaults.Sidecar;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Actors;

internal static class DeviceActorsSetup
{
    /// <summary>After how long without a call an actor leaves memory (DESIGN section 4).</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(10);

    /// <summary>JSON of calls and of state. What is stored and what travels is all in the two contexts: nothing is left to reflection.</summary>
    public static JsonSerializerOptions ActorJson { get; } = new(ContractsJson.Default.Options)
    {
        TypeInfoResolver = JsonTypeInfoResolver.Combine(ContractsJson.Default, DeviceStateJson.Default),
    };

    public static IHostApplicationBuilder AddDeviceActors(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<PresenceOptions>().BindConfiguration(PresenceOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<PresenceOptions>, PresenceOptionsValidator>();
        builder.Services.AddSingleton<OutboxSender>();
        builder.Services.AddSingleton<DownwardSender>();
        builder.Services.AddSingleton<DeviceActorServices>();
        builder.Services.AddSingleton<DeviceActors>();
        builder.Services.AddActors(options =>
        {
            options.Actors.RegisterActor<DeviceActor>(DeviceActorMethods.ActorType);
            options.Actors.RegisterActor<GroupActor>(GroupActorMethods.ActorType);
            options.ActorIdleTimeout = IdleTimeout;
            options.JsonSerializerOptions = ActorJson;
        });
        return builder;
    }

    public static void MapDeviceActors(this IEndpointRouteBuilder endpoints) => endpoints.MapActorsHandlers().ForSidecar();
}
