using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Broker.Access;

/// <summary>
/// Who may publish and subscribe where: a device only under its own id, upward topics to publish, downward ones to subscribe; the runtime the other way
/// round, for all devices. No state, no I/O.
/// </summary>
internal static class AccessRules
{
    /// <summary>Null: allowed, and <paramref name="target"/> and <paramref name="kind"/> say what the topic is.</summary>
    public static Refusal? Publish(Principal principal, string topic, out DeviceId target, out DeviceTopicKind kind)
    {
        if (!MqttTopics.TryParse(topic, out target, out kind))
        {
            return new Refusal(RejectionReasons.WrongTopic, "No topic of a device.");
        }

        if (principal.IsRuntime)
        {
            return IsUpward(kind) ? new Refusal(RejectionReasons.WrongTopic, "The runtime publishes only downward.") : null;
        }

        if (target != principal.Device)
        {
            return new Refusal(RejectionReasons.WrongDevice, $"A topic of {target}.");
        }

        return IsUpward(kind) ? null : new Refusal(RejectionReasons.WrongTopic, "A topic that goes down to the device.");
    }

    /// <summary>Null: allowed.</summary>
    public static Refusal? Subscribe(Principal principal, string filter)
    {
        if (principal.IsRuntime)
        {
            return filter.StartsWith("fleet/", StringComparison.Ordinal)
                ? null
                : new Refusal(RejectionReasons.WrongSubscription, "The runtime subscribes only under fleet/.");
        }

        var device = principal.Device!.Value;
        if (filter == MqttTopics.Commands(device))
        {
            return null;
        }

        // A concrete topic only: no id and no command id holds a wildcard, so a filter with one does not parse.
        return MqttTopics.TryParse(filter, out var target, out var kind) && target == device && !IsUpward(kind)
            ? null
            : new Refusal(RejectionReasons.WrongSubscription, "A device subscribes only to its own desired and commands topics.");
    }

    public static bool IsUpward(DeviceTopicKind kind) => MqttTopics.IsUpward(kind);
}
