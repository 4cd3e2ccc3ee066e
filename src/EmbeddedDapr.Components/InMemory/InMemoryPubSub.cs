using System.Collections.Concurrent;
using EmbeddedDapr.Components.PubSub;
using EmbeddedDapr.PubSub;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Components.InMemory;

/// <summary>
/// <c>pubsub.in-memory</c> (contract section 4.8): every subscription gets every message published while it is there, one at a time and in order; whether
/// consumers share a name does not matter. Beyond daprd, a failed message comes again after a back-off: <c>maxRetries</c> (3 by default; 0 is daprd's
/// behaviour, logged and lost), <c>retryInitial</c> (5 s), <c>retryMax</c> (60 s). The others go on meanwhile. A bulk subscription gets each message in a batch of its
/// own, after the wait (recorded: bulk-subscribe).
/// </summary>
internal sealed class InMemoryPubSub(ComponentSpec spec, ComponentContext context, InMemoryBroker broker, int queueLength) : IPubSubComponent
{
    private const int RetriesByDefault = 3;

    private readonly ILogger _logger = context.Loggers.CreateLogger<InMemoryPubSub>();
    private readonly ConcurrentDictionary<Subscription, bool> _subscriptions = [];
    private readonly CancellationTokenSource _aborting = new();
    private readonly RetryBackOff _backOff = new(
        spec.Metadata.Duration("retryInitial", TimeSpan.FromSeconds(5)),
        spec.Metadata.Duration("retryMax", TimeSpan.FromSeconds(60)));

    private int _disposed;

    /// <inheritdoc/>
    public int AttemptsMax { get; } = spec.Metadata.Number("maxRetries", RetriesByDefault, min: 0, max: 1_000_000) + 1;

    /// <summary>As daprd: a dead-letter topic takes a message after its first failure, unless the component says how often it is retried.</summary>
    public int AttemptsBeforeDeadLetter => PolicyIsFinal ? 1 : AttemptsMax;

    /// <inheritdoc/>
    public bool PolicyIsFinal => spec.Metadata.Text("maxRetries") is null;

    /// <inheritdoc/>
    public async ValueTask PublishAsync(string topic, IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var subscribers = broker.SubscribersOf(topic).ToList();
        foreach (var message in messages)
        {
            // The publisher's buffer may be used again after this call.
            var kept = message with { Data = message.Data.ToArray() };
            var id = broker.NextMessageId();
            foreach (var subscriber in subscribers)
            {
                await subscriber.OfferAsync(new PendingDelivery(topic, id, kept), cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<IAsyncDisposable> SubscribeAsync(PubSubSubscription subscription, DeliveryHandler handler, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var subscriber = new InMemorySubscriber(subscription.Topic, queueLength, _backOff, context.Time);
        var pump = new DeliveryPump(subscription with { BatchMax = 1 }, subscriber, handler, AttemptsMax, workers: 1, context.Time, _logger, _aborting.Token);
        var made = new Subscription(this, subscriber, pump);
        _subscriptions[made] = true;
        broker.Add(subscriber);
        return ValueTask.FromResult<IAsyncDisposable>(made);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _aborting.CancelAsync();
        foreach (var subscription in _subscriptions.Keys)
        {
            await subscription.DisposeAsync();
        }

        _aborting.Dispose();
    }

    private sealed class Subscription(InMemoryPubSub owner, InMemorySubscriber subscriber, DeliveryPump pump) : IAsyncDisposable
    {
        private int _disposed;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                owner._subscriptions.TryRemove(this, out _);
                owner.Remove(subscriber);
                await pump.DisposeAsync();
                subscriber.Dispose();
            }
        }
    }

    private void Remove(InMemorySubscriber subscriber) => broker.Remove(subscriber);
}
