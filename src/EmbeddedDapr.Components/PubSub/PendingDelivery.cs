using EmbeddedDapr.PubSub;

namespace EmbeddedDapr.Components.PubSub;

/// <summary>A message that a consumer has not settled. In one place at a time: ready, with a handler, or waiting for its next attempt.</summary>
internal sealed class PendingDelivery(string topic, long id, PubSubMessage message)
{
    public long Id { get; } = id;

    public PubSubMessage Message { get; } = message;

    /// <summary>1 for the first delivery.</summary>
    public int Attempt { get; set; } = 1;

    public PubSubDelivery ToDelivery() => new(topic, Message, Attempt, Id);
}
