using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.ServiceDefaults.Publishing;
using DeviceFleet.Workflows;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Rollouts;

internal static class RolloutsSetup
{
    public static IHostApplicationBuilder AddRollouts(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<RolloutOptions>().BindConfiguration(RolloutOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<RolloutOptions>, RolloutOptionsValidator>();
        builder.AddPublishingOptions();
        builder.Services.AddPublisher(new EventTopic<RolloutEvent>(PubSubTopics.Provisioning, EventTypes.RolloutChanged));
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ContractsJson.Default));
        builder.Services.AddSingleton<FirmwareSigner>();
        builder.Services.AddSingleton<ReleaseActors>();
        builder.Services.AddSingleton<ReleaseDesk>();
        builder.Services.AddSingleton<RolloutTeller>();
        builder.Services.AddSingleton<RolloutWorkflows>();
        builder.Services.AddSingleton<RolloutMetrics>();
        builder.Services.AddSingleton<RolloutActorServices>();
        builder.Services.AddSingleton<RolloutActors>();
        builder.Services.AddSingleton<DeviceLooks>();
        builder.Services.AddSingleton<OrderWriter>();
        builder.Services.AddActors(options =>
        {
            options.Actors.RegisterActor<RolloutActor>(RolloutActorMethods.ActorType);
            options.Actors.RegisterActor<ReleaseActor>(ReleaseActor.ActorType);
        });
        builder.Services.AddDaprWorkflow(workflows =>
        {
            workflows.RegisterWorkflow<RolloutFirmware>();
            workflows.RegisterWorkflow<RolloutWave>();
            workflows.RegisterActivity<LookAtDevices>();
            workflows.RegisterActivity<WriteOrders>();
        });
        return builder;
    }

    public static void MapRollouts(this IEndpointRouteBuilder endpoints) => endpoints.MapRolloutRoutes();
}
