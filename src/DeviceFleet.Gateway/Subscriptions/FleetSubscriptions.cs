using System.Text.Json.Serialization.Metadata;
using Dapr;
using Dapr.AspNetCore;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Gateway.Api;
using DeviceFleet.Gateway.Fleet;
using DeviceFleet.ServiceDefaults.Sidecar;

namespace DeviceFleet.Gateway.Subscriptions;

/// <summary>
/// Bulk subscriptions that feed the fleet model. An entry is acknowledged once its device is durably known: what the model itself forgets in a crash, the
/// actors tell again. An entry that cannot be read is dropped, to the dead letters; when names cannot be stored, all are sent again.
/// </summary>
internal static class FleetSubscriptions
{
    // About 70 KB: below what the garbage collector treats as a large object.
    private const int MessagesMax = 100;
    private const int AwaitMs = 50;

    /// <summary>One route reads all types of the topic, and not a routing rule for each: a bulk message keeps the order between the types.</summary>
    private static readonly IReadOnlyDictionary<string, JsonTypeInfo> DeviceEventTypes = new Dictionary<string, JsonTypeInfo>
    {
        [EventTypes.PresenceChanged] = ContractsJson.Default.PresenceEvent,
        [EventTypes.RegistrationChanged] = ContractsJson.Default.RegistrationEvent,
        [EventTypes.TwinChanged] = ContractsJson.Default.TwinEvent,
        [EventTypes.CommandChanged] = ContractsJson.Default.CommandEvent,
        [EventTypes.DeviceRemoved] = ContractsJson.Default.DeviceRemovedEvent,
        [EventTypes.GroupChanged] = ContractsJson.Default.GroupEvent,
    };

    private static readonly IReadOnlyDictionary<string, JsonTypeInfo> ProvisioningTypes = new Dictionary<string, JsonTypeInfo>
    {
        [EventTypes.IdentityChanged] = ContractsJson.Default.IdentityEvent,
        [EventTypes.AccessRefused] = ContractsJson.Default.RefusalEvent,
        [EventTypes.RolloutChanged] = ContractsJson.Default.RolloutEvent,
    };

    public static void MapFleetSubscriptions(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSubscribeHandler().ForSidecar().ExcludeFromDescription();
        var services = endpoints.ServiceProvider;
        var model = services.GetRequiredService<FleetModel>();
        var intake = services.GetRequiredService<FleetIntake>();
        endpoints.MapTopic(PubSubTopics.Telemetry, new BulkReader<TelemetryEvent>(ContractsJson.Default.TelemetryEvent, GatewayJson.Default.TelemetryBatch), e => e.DeviceId, model.Take);
        endpoints.MapTopic(PubSubTopics.DeviceEvents, new TypedBulkReader(DeviceEventTypes), FleetIntake.DeviceOf, (e, _) => intake.Take(e));
        endpoints.MapTopic(PubSubTopics.Alarms, new BulkReader<AlarmEvent>(ContractsJson.Default.AlarmEvent, GatewayJson.Default.AlarmBatch), e => e.Alarm.DeviceId, (e, _) => intake.Take(e));
        endpoints.MapTopic(PubSubTopics.Provisioning, new TypedBulkReader(ProvisioningTypes), _ => null, (e, _) => services.GetRequiredService<ProvisioningIntake>().Take(e));
        endpoints.MapTopic(PubSubTopics.Rejected, new BulkReader<RejectedEvent>(ContractsJson.Default.RejectedEvent, GatewayJson.Default.RejectedBatch), e => e.View?.DeviceId, (e, _) => model.Take(e));
    }

    private static void MapTopic<TEvent>(
        this IEndpointRouteBuilder endpoints, string topic, IBulkReader<TEvent> reader, Func<TEvent, DeviceId?> deviceOf, Action<TEvent, long> take)
        where TEvent : class
    {
        var feeder = ActivatorUtilities.CreateInstance<TopicFeeder<TEvent>>(endpoints.ServiceProvider, reader, deviceOf, take);
        endpoints.MapPost("/events/" + topic, feeder.HandleAsync)
            .WithTopic(new TopicOptions { PubsubName = DaprNames.PubSub, Name = topic, DeadLetterTopic = PubSubTopics.DeadLetterOf(topic) })
            .WithBulkSubscribe(new BulkSubscribeTopicOptions { TopicName = topic, MaxMessagesCount = MessagesMax, MaxAwaitDurationMs = AwaitMs })
            .ForSidecar()
            .ExcludeFromDescription();
    }
}
