using EmbeddedDapr.PubSub;

namespace EmbeddedDapr.Tests.Fakes;

/// <summary>A pub/sub component that keeps what is published, and delivers when told to.</summary>
internal sealed class FakePubSub : IPubSubComponent
{
    private readonly Lock _lock = new();

    public int AttemptsMax { get; set; } = 1;

    public bool PolicyIsFinal { get; set; }

    /// <summary>Thrown by publishing when set.</summary>
    public Exception? PublishFault { get; set; }

    /// <summary>How often subscribing fails before it works.</summary>
    public int SubscribeFaults { get; set; }

    public List<(string Topic, PubSubMessage Message)> Published { get; } = [];

    public List<PubSubSubscription> Subscriptions { get; } = [];

    public Dictionary<string, DeliveryHandler> Handlers { get; } = new(StringComparer.Ordinal);

    /// <summary>Completes with each subscription that works.</summary>
    public SemaphoreSlim Subscribed { get; } = new(0);

    public ValueTask PublishAsync(string topic, IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken)
    {
        if (PublishFault is not null)
        {
            throw PublishFault;
        }

        lock (_lock)
        {
            Published.AddRange(messages.Select(message => (topic, message)));
        }

        return default;
    }

    public ValueTask<IAsyncDisposable> SubscribeAsync(PubSubSubscription subscription, DeliveryHandler handler, CancellationToken cancellationToken)
    {
        if (SubscribeFaults-- > 0)
        {
            throw new IOException("broker is down");
        }

        lock (_lock)
        {
            Subscriptions.Add(subscription);
            Handlers[subscription.Topic] = handler;
        }

        Subscribed.Release();
        return ValueTask.FromResult<IAsyncDisposable>(new Subscription(this, subscription.Topic));
    }

    public async Task<IReadOnlyList<DeliveryVerdict>> DeliverAsync(string topic, int attempt, params PubSubMessage[] messages) =>
        await Handlers[topic](messages.Select((message, index) => new PubSubDelivery(topic, message, attempt, index + 1)).ToList(), CancellationToken.None);

    public ValueTask DisposeAsync() => default;

    private sealed class Subscription(FakePubSub owner, string topic) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            owner.Handlers.Remove(topic);
            return default;
        }
    }
}
