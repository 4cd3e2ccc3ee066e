using System.Text.Json;
using DeviceFleet.Broker;
using DeviceFleet.Broker.Downward;
using DeviceFleet.Broker.Upward;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using EmbeddedDapr.Components;
using EmbeddedDapr.Components.Mqtt;

namespace DeviceFleet.Local.Hosting;

/// <summary>
/// Joins the embedded broker and the MQTT bindings without a socket: what a device publishes goes to the binding that subscribed to its topic, and the device's PUBACK waits for the
/// binding's answer; what a binding publishes goes straight into the queue of the one device. Thread safe.
/// </summary>
internal sealed class BrokerLink : IUpwardHandler, IMqttConnector
{
    /// <summary>Where <c>broker-control</c> publishes (components/local); no client of the broker may.</summary>
    private const string Kickout = "broker/kickout";

    private readonly Lock _gate = new();
    private volatile Subscription[] _subscriptions = [];
    private FleetBroker? _broker;

    /// <summary>The broker whose devices are meant; set before it starts.</summary>
    public FleetBroker Broker
    {
        get => _broker ?? throw new InvalidOperationException("No broker yet.");
        set => _broker = value;
    }

    public ValueTask<IMqttLink> ConnectAsync(MqttConnectionSettings settings, CancellationToken cancellationToken) => new(new Link(this));

    public async ValueTask<UpwardVerdict> HandleAsync(UpwardMessage message, CancellationToken cancellationToken) =>
        await OfferAsync(message.Topic, message.Payload, cancellationToken) ? UpwardVerdict.Accepted : UpwardVerdict.Failed;

    public async ValueTask RejectedAsync(RejectedEvent rejection, CancellationToken cancellationToken) =>
        _ = await OfferAsync(MqttTopics.BrokerRejections, JsonSerializer.SerializeToUtf8Bytes(rejection, ContractsJson.Default.RejectedEvent), cancellationToken);

    /// <summary>True when somebody took it. Nobody there counts as not taken: at start and stop devices keep what they have and send again.</summary>
    private async ValueTask<bool> OfferAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        foreach (var subscription in _subscriptions)
        {
            if (MqttTopicFilter.Matches(subscription.Filter, topic))
            {
                return await subscription.Handler(topic, payload, cancellationToken);
            }
        }

        return false;
    }

    private void Add(Subscription subscription)
    {
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions, subscription];
        }
    }

    private void Remove(Link owner)
    {
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions.Where(subscription => subscription.Owner != owner)];
        }
    }

    private sealed record Subscription(Link Owner, string Filter, MqttMessageHandler Handler);

    private sealed class Link(BrokerLink broker) : IMqttLink
    {
        public ValueTask SubscribeAsync(string filter, MqttMessageHandler handler, CancellationToken cancellationToken)
        {
            broker.Add(new Subscription(this, filter, handler));
            return ValueTask.CompletedTask;
        }

        public ValueTask PublishAsync(string topic, ReadOnlyMemory<byte> payload, bool retain, CancellationToken cancellationToken)
        {
            return topic == Kickout ? CutAsync(payload) : Send(topic, payload, retain);
        }

        public ValueTask DisposeAsync()
        {
            broker.Remove(this);
            return ValueTask.CompletedTask;
        }

        /// <summary>The body is that of EMQX's <c>clients/kickout/bulk</c>, and no more than the sessions' ids.</summary>
        private async ValueTask CutAsync(ReadOnlyMemory<byte> payload)
        {
            List<string> clientIds;
            try
            {
                using var document = JsonDocument.Parse(payload);
                clientIds = [.. document.RootElement.EnumerateArray().Select(id => id.GetString() ?? string.Empty)];
            }
            catch (Exception fault) when (fault is JsonException or InvalidOperationException)
            {
                throw new ComponentException($"what came on {Kickout} is no JSON array of client ids", fault);
            }

            await broker.Broker.DisconnectAsync(clientIds);
        }

        private ValueTask Send(string topic, ReadOnlyMemory<byte> payload, bool retain)
        {
            var outcome = broker.Broker.SendToDevice(topic, payload, retain);
            return outcome switch
            {
                // What is retained waits for its device. What is not would be missed by one that is away or has not subscribed yet: the broker knows better than to say
                // yes, and who sends keeps it.
                DownwardOutcome.Enqueued => ValueTask.CompletedTask,
                DownwardOutcome.NotConnected or DownwardOutcome.NotSubscribed when retain => ValueTask.CompletedTask,
                DownwardOutcome.NotConnected => throw new ComponentException($"the device of {topic} is not connected"),
                DownwardOutcome.NotSubscribed => throw new ComponentException($"the device has not subscribed to {topic}"),
                DownwardOutcome.QueueFull => throw new ComponentException($"too many messages are on their way to the device of {topic}"),
                DownwardOutcome.Refused => throw new ComponentException($"{topic} is no topic that goes to a device, or the payload is too large"),
            };
        }
    }
}
