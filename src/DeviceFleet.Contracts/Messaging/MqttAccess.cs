using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Contracts.Messaging;

/// <summary>
/// Who may publish and subscribe where; the same for the embedded broker and for those that ask <c>provisioning</c>. A device publishes upward and subscribes downward under its own
/// id, a claim under its own claim id. Every refusal is one of <see cref="RejectionReasons"/> and a sentence.
/// </summary>
public static class MqttAccess
{
    /// <summary>Whether a device, or a claim, may publish on a topic. Null: yes.</summary>
    /// <param name="self">Its device id or claim id.</param>
    /// <param name="isClaim">Which of the two.</param>
    /// <param name="topic">The topic.</param>
    public static (string Reason, string Detail)? Publish(DeviceId self, bool isClaim, string topic) => Publish(self, isClaim, topic, out _, out _);

    /// <summary>The same for who has a use for what the topic is.</summary>
    /// <param name="self">Its device id or claim id.</param>
    /// <param name="isClaim">Which of the two.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="target">Whose topic it is.</param>
    /// <param name="kind">What it is for.</param>
    public static (string Reason, string Detail)? Publish(DeviceId self, bool isClaim, string topic, out DeviceId target, out DeviceTopicKind kind)
    {
        if (!MqttTopics.TryParse(topic, out target, out kind))
        {
            return (RejectionReasons.WrongTopic, "No topic of a device.");
        }

        if (IsClaimTopic(kind) != isClaim)
        {
            return (RejectionReasons.WrongTopic, isClaim ? "Without an identity only a claim can be published." : "A device that has an identity makes no claims here.");
        }

        if (target != self)
        {
            return (RejectionReasons.WrongDevice, $"A topic of {target}.");
        }

        return MqttTopics.IsUpward(kind) ? null : (RejectionReasons.WrongTopic, "A topic that goes down to the device.");
    }

    /// <summary>Whether a device, or a claim, may subscribe to a filter. Null: yes.</summary>
    /// <param name="self">Its device id or claim id.</param>
    /// <param name="isClaim">Which of the two.</param>
    /// <param name="filter">The filter.</param>
    public static (string Reason, string Detail)? Subscribe(DeviceId self, bool isClaim, string filter)
    {
        if (!isClaim && filter == MqttTopics.Commands(self))
        {
            return null;
        }

        // A concrete topic only: no id and no command id holds a wildcard, so a filter with one does not parse.
        return MqttTopics.TryParse(filter, out var target, out var kind) && target == self && !MqttTopics.IsUpward(kind) && IsClaimTopic(kind) == isClaim
            ? null
            : (RejectionReasons.WrongSubscription, isClaim ? "A claim subscribes only to its own response topic." : "A device subscribes only to its own desired, commands and credentials topics.");
    }

    private static bool IsClaimTopic(DeviceTopicKind kind) => kind is DeviceTopicKind.ProvisionRequest or DeviceTopicKind.ProvisionResponse;
}
