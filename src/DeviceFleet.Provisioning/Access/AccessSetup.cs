using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.ServiceDefaults.Publishing;

namespace DeviceFleet.Provisioning.Access;

internal static class AccessSetup
{
    public static IHostApplicationBuilder AddAccess(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IMqttAccess, DeviceAuthenticator>();
        builder.Services.AddPublisher(new EventTopic<RejectedEvent>(PubSubTopics.Rejected, EventTypes.MessageRejected));
        builder.Services.AddPublisher(new EventTopic<RefusalEvent>(PubSubTopics.Provisioning, EventTypes.AccessRefused));
        builder.Services.AddSingleton<AccessMetrics>();
        builder.Services.AddSingleton<PasswordLines>();
        builder.Services.AddSingleton<AccessRefusals>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<AccessRefusals>());
        return builder;
    }
}
