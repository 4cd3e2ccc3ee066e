using DeviceFleet.Broker.Connections;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Broker.Downward;

/// <summary>Sends to one device, and remembers what is retained for it.</summary>
internal sealed class DownwardSender(BrokerOptions options, ConnectionRegistry registry, BrokerMetrics metrics)
{
    private readonly RetainedDesired _retained = new(options.RetainedMax);

    public DownwardOutcome Send(string topic, ReadOnlyMemory<byte> payload, bool retain)
    {
        var outcome = SendUncounted(topic, payload, retain);
        metrics.Sent(outcome);
        return outcome;
    }

    /// <summary>After a subscribe: what is retained for the filter.</summary>
    public void SendRetained(BrokerConnection connection, string filter)
    {
        // Only a concrete topic can match: devices' filters on desired hold no wildcard, and the runtime subscribes upward.
        if (_retained.TryGet(filter, out var payload))
        {
            metrics.Sent(connection.Downward.Enqueue(filter, payload, retain: true));
        }
    }

    private DownwardOutcome SendUncounted(string topic, ReadOnlyMemory<byte> payload, bool retain)
    {
        if (!MqttTopics.TryParse(topic, out var device, out var kind) || MqttTopics.IsUpward(kind) || payload.Length > options.PayloadBytesMax)
        {
            return DownwardOutcome.Refused;
        }

        if (retain && kind == DeviceTopicKind.Desired && !_retained.Keep(topic, payload))
        {
            return DownwardOutcome.QueueFull;
        }

        var clientId = kind == DeviceTopicKind.ProvisionResponse ? MqttAccounts.ClaimClientPrefix + device.Value : device.Value;
        if (registry.Find(clientId) is not { } connection)
        {
            return DownwardOutcome.NotConnected;
        }

        connection.Idle?.Heard();
        var answerTo = kind == DeviceTopicKind.Command && connection.SpeaksMqtt5 ? AnswerTo.Command(device, MqttTopics.CommandIdOf(topic)) : null;
        return connection.Downward.Enqueue(topic, payload, retain: false, answerTo);
    }
}
