using Dapr.Actors.Runtime;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.ServiceDefaults.Publishing;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Identities;

internal static class IdentitiesSetup
{
    public static IHostApplicationBuilder AddIdentities(this IHostApplicationBuilder builder)
    {
        builder.AddPublishingOptions();
        var services = builder.Services;
        services.AddOptions<IdentityOptions>().BindConfiguration(IdentityOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<IdentityOptions>, IdentityOptionsValidator>();
        services.AddPublisher(new EventTopic<IdentityEvent>(PubSubTopics.Provisioning, EventTypes.IdentityChanged));
        services.AddSingleton<IdentityMetrics>();
        services.AddSingleton<IdentityOutbox>();
        services.AddSingleton<IdentityServices>();
        services.AddSingleton<IdentityActors>();
        services.Configure<ActorRuntimeOptions>(options => options.Actors.RegisterActor<IdentityActor>(IdentityActorMethods.ActorType));
        return builder;
    }
}
