using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.ServiceDefaults.Publishing;

namespace DeviceFleet.Devices.Publishing;

internal static class PublishingSetup
{
    public static IHostApplicationBuilder AddPublishing(this IHostApplicationBuilder builder)
    {
        builder.AddPublishingOptions();
        builder.Services
            .AddPublisher(new EventTopic<TelemetryEvent>(PubSubTopics.Telemetry, EventTypes.TelemetryReceived))
            .AddPublisher(new EventTopic<PresenceEvent>(PubSubTopics.DeviceEvents, EventTypes.PresenceChanged))
            .AddPublisher(new EventTopic<DeviceRemovedEvent>(PubSubTopics.DeviceEvents, EventTypes.DeviceRemoved))
            .AddPublisher(new EventTopic<RegistrationEvent>(PubSubTopics.DeviceEvents, EventTypes.RegistrationChanged))
            .AddPublisher(new EventTopic<TwinEvent>(PubSubTopics.DeviceEvents, EventTypes.TwinChanged))
            .AddPublisher(new EventTopic<CommandEvent>(PubSubTopics.DeviceEvents, EventTypes.CommandChanged))
            .AddPublisher(new EventTopic<GroupEvent>(PubSubTopics.DeviceEvents, EventTypes.GroupChanged))
            .AddPublisher(new EventTopic<AlarmEvent>(PubSubTopics.Alarms, EventTypes.AlarmChanged))
            .AddPublisher(new EventTopic<RejectedEvent>(PubSubTopics.Rejected, EventTypes.MessageRejected));
        return builder;
    }
}
