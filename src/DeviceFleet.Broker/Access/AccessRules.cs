using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Broker.Access;

/// <summary>
/// Who may publish and subscribe where: devices and claims as <see cref="MqttAccess"/> says, the runtime the other way round, for all of them. No state, no I/O.
/// </summary>
internal static class AccessRules
{
    /// <summary>Null: allowed, and <paramref name="target"/> and <paramref name="kind"/> say what the topic is.</summary>
    public static Refusal? Publish(Principal principal, string topic, out DeviceId target, out DeviceTopicKind kind)
    {
        if (!principal.IsRuntime)
        {
            return Refused(MqttAccess.Publish(principal.Id, principal.IsClaim, topic, out target, out kind));
        }

        if (!MqttTopics.TryParse(topic, out target, out kind))
        {
            return new Refusal(RejectionReasons.WrongTopic, "No topic of a device.");
        }

        return MqttTopics.IsUpward(kind) ? new Refusal(RejectionReasons.WrongTopic, "The runtime publishes only downward.") : null;
    }

    /// <summary>Null: allowed.</summary>
    public static Refusal? Subscribe(Principal principal, string filter)
    {
        if (!principal.IsRuntime)
        {
            return Refused(MqttAccess.Subscribe(principal.Id, principal.IsClaim, filter));
        }

        return filter.StartsWith("fleet/", StringComparison.Ordinal) || filter == MqttTopics.ProvisionRequestFilter
            ? null
            : new Refusal(RejectionReasons.WrongSubscription, $"The runtime subscribes only under fleet/ and to {MqttTopics.ProvisionRequestFilter}.");
    }

    private static Refusal? Refused((string Reason, string Detail)? refused) => refused is { } why ? new Refusal(why.Reason, why.Detail) : null;
}
