using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DeviceFleet.Contracts;
using DeviceFleet.ServiceDefaults.Sidecar;

namespace DeviceFleet.Provisioning.Actors;

internal static class ActorsSetup
{
    /// <summary>After how long without a call an actor leaves memory (DESIGN section 4).</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(10);

    /// <summary>JSON of calls and of state. What is stored and what travels is all in these contexts: nothing is left to reflection.</summary>
    public static JsonSerializerOptions ActorJson { get; } = new(ContractsJson.Default.Options)
    {
        TypeInfoResolver = JsonTypeInfoResolver.Combine(
            ContractsJson.Default, Identities.IdentityStateJson.Default, Enrolments.EnrolmentStateJson.Default, Bookkeeping.BookkeepingJson.Default, Rollouts.RolloutStateJson.Default),
    };

    public static IHostApplicationBuilder AddProvisioningActors(this IHostApplicationBuilder builder)
    {
        builder.Services.AddActors(options =>
        {
            options.ActorIdleTimeout = IdleTimeout;
            options.JsonSerializerOptions = ActorJson;
        });
        return builder;
    }

    public static void MapProvisioningActors(this IEndpointRouteBuilder endpoints) => endpoints.MapActorsHandlers().ForSidecar();
}
