using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.PubSub;

namespace EmbeddedDapr.Components.Mqtt;

/// <summary>
/// <c>pubsub.mqtt3</c>: topics are MQTT's, with its wildcards, at QoS 1; <c>retain</c> is the component's, what a publish call says about it and about the QoS does not
/// count (recorded: grpc-pubsub-mqtt-payload). A message that failed stays unacknowledged and comes again after a reconnect. Each subscription is a client of its own,
/// since a session keeps what its client missed. Thread safe.
/// </summary>
internal sealed class MqttPubSub(MqttBindingMetadata metadata, IMqttConnector connector, MqttBindingOptions options, TimeProvider time) : IPubSubComponent
{
    private const int ClientHashChars = 8;

    /// <summary>The broker does not tell: what is no envelope is a raw message.</summary>
    private const string ContentType = "application/cloudevents+json";

    private readonly MqttOutputBinding _producer = new(metadata, connector, options, time);
    private readonly ConcurrentDictionary<Subscription, bool> _subscriptions = [];

    /// <summary>The broker keeps a message until it is acknowledged.</summary>
    public int AttemptsMax => int.MaxValue;

    /// <inheritdoc/>
    public int AttemptsBeforeDeadLetter => 1;

    /// <inheritdoc/>
    public bool PolicyIsFinal => true;

    /// <inheritdoc/>
    public async ValueTask PublishAsync(string topic, IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken)
    {
        var target = new Dictionary<string, string>(1) { ["topic"] = topic };
        var failed = new SortedDictionary<int, string>();
        for (var index = 0; index < messages.Count; index++)
        {
            try
            {
                await _producer.InvokeAsync(new OutputBindingRequest("create", messages[index].Data, target), cancellationToken);
            }
            catch (ComponentException exception)
            {
                failed[index] = exception.Message;
            }
        }

        if (failed.Count > 0)
        {
            throw new PartlyPublishedException(failed);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable> SubscribeAsync(PubSubSubscription subscription, DeliveryHandler handler, CancellationToken cancellationToken)
    {
        var client = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subscription.Topic)))[..ClientHashChars];
        var link = await connector.ConnectAsync(metadata.Connection($"consumer-{client}", options.ConnectTimeout), cancellationToken);
        try
        {
            await link.SubscribeAsync(subscription.Topic, (topic, payload, token) => HandleAsync(handler, topic, payload, token), cancellationToken);
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }

        var made = new Subscription(this, link);
        _subscriptions[made] = true;
        return made;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var subscription in _subscriptions.Keys)
        {
            await subscription.DisposeAsync();
        }

        await _producer.DisposeAsync();
    }

    private static async ValueTask<bool> HandleAsync(DeliveryHandler handler, string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var verdicts = await handler([new PubSubDelivery(topic, new(payload, ContentType), 1, 0)], cancellationToken);
        return verdicts is [DeliveryVerdict.Settled];
    }

    private sealed class Subscription(MqttPubSub owner, IMqttLink link) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (owner._subscriptions.TryRemove(this, out _))
            {
                await link.DisposeAsync();
            }
        }
    }
}
