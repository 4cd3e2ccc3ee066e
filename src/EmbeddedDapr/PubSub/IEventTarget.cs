namespace EmbeddedDapr.PubSub;

/// <summary>Whom a subscription shows its events: the app by its routes, or an open stream. Sets the <see cref="DeliveredEvent.Fate"/> of each. Thread safe.</summary>
internal interface IEventTarget
{
    /// <summary>Shows one event.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, or the target has gone: nobody has seen the event.</exception>
    ValueTask ShowOneAsync(DeliveredEvent delivered, CancellationToken cancellationToken);

    /// <summary>Shows events of one route in one call; only asked for by bulk subscriptions.</summary>
    ValueTask ShowManyAsync(IReadOnlyList<DeliveredEvent> events, string topic, CancellationToken cancellationToken);
}
