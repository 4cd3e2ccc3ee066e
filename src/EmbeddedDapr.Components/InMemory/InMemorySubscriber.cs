using EmbeddedDapr.Components.PubSub;

namespace EmbeddedDapr.Components.InMemory;

/// <summary>One subscription and its queue. Room is taken by the publisher and given back when a message is settled, so retries count too.</summary>
internal sealed class InMemorySubscriber(string topicPattern, int queueLength, RetryBackOff backOff, TimeProvider time) : IDeliverySource, IDisposable
{
    private readonly SemaphoreSlim _room = new(queueLength);
    private readonly CancellationTokenSource _gone = new();

    /// <summary>Order of subscribing.</summary>
    public long Key { get; set; }

    /// <inheritdoc/>
    public DeliveryQueue Queue { get; } = new(queueLength, backOff, time);

    /// <summary>A trailing <c>*</c> of the pattern stands for anything (contract section 4.8).</summary>
    public bool Matches(string topic) => topicPattern.EndsWith('*')
        ? topic.AsSpan().StartsWith(topicPattern.AsSpan(0, topicPattern.Length - 1), StringComparison.Ordinal)
        : string.Equals(topic, topicPattern, StringComparison.Ordinal);

    /// <summary>Hands a message over; waits while the queue is full. A subscriber that has gone meanwhile takes nothing.</summary>
    public async ValueTask OfferAsync(PendingDelivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _gone.Token);
            await _room.WaitAsync(either.Token);
            Queue.Offer(delivery);
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            // Unsubscribed: as if the message had been published a moment later.
        }
    }

    /// <inheritdoc/>
    public void Settle(IReadOnlyList<PendingDelivery> settled) => _room.Release(settled.Count);

    /// <summary>No handler runs any more. Publishers that wait are let go.</summary>
    public void Dispose()
    {
        _gone.Cancel();
        Queue.Dispose();
    }
}
