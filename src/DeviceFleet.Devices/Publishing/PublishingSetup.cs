using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Contracts.Messaging;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Publishing;

internal static class PublishingSetup
{
    public static IHostApplicationBuilder AddPublishing(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<PublishingOptions>().BindConfiguration(PublishingOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<PublishingOptions>, PublishingOptionsValidator>();
        builder.Services
            .AddPublisher(new EventTopic<TelemetryEvent>(PubSubTopics.Telemetry, EventTypes.TelemetryReceived))
            .AddPublisher(new EventTopic<PresenceEvent>(PubSubTopics.DeviceEvents, EventTypes.PresenceChanged))
            .AddPublisher(new EventTopic<RegistrationEvent>(PubSubTopics.DeviceEvents, EventTypes.RegistrationChanged))
            .AddPublisher(new EventTopic<TwinEvent>(PubSubTopics.DeviceEvents, EventTypes.TwinChanged))
            .AddPublisher(new EventTopic<CommandEvent>(PubSubTopics.DeviceEvents, EventTypes.CommandChanged))
            .AddPublisher(new EventTopic<GroupEvent>(PubSubTopics.DeviceEvents, EventTypes.GroupChanged))
            .AddPublisher(new EventTopic<AlarmEvent>(PubSubTopics.Alarms, EventTypes.AlarmChanged))
            .AddPublisher(new EventTopic<RejectedEvent>(PubSubTopics.Rejected, EventTypes.MessageRejected));
        return builder;
    }

    private static IServiceCollection AddPublisher<TEvent>(this IServiceCollection services, EventTopic<TEvent> topic) => services
        .AddSingleton(topic)
        .AddSingleton<EventPublisher<TEvent>>()
        .AddHostedService(provider => provider.GetRequiredService<EventPublisher<TEvent>>());
}
