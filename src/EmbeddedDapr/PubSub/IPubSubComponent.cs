namespace EmbeddedDapr.PubSub;

/// <summary>A message as a pub/sub component stores and delivers it: bytes are never touched.</summary>
/// <param name="Data">The envelope, or the raw payload.</param>
/// <param name="ContentType">Of the data.</param>
/// <param name="Metadata">Of the publish call; null: none.</param>
public sealed record PubSubMessage(ReadOnlyMemory<byte> Data, string ContentType, IReadOnlyDictionary<string, string>? Metadata = null);

/// <summary>A message on its way to a consumer.</summary>
/// <param name="Topic">Where it was published.</param>
/// <param name="Message">The message.</param>
/// <param name="Attempt">1 for the first delivery.</param>
/// <param name="Id">Rises with the order of publishing within the topic; 0 when the component has none.</param>
public sealed record PubSubDelivery(string Topic, PubSubMessage Message, int Attempt, long Id);

/// <summary>What the consumer made of a delivery.</summary>
public enum DeliveryVerdict
{
    /// <summary>Settled (handled, dropped or dead-lettered): never again.</summary>
    Settled,

    /// <summary>Not settled: the component decides whether and when it comes again.</summary>
    Failed,
}

/// <summary>Who wants which topic, and how.</summary>
public sealed record PubSubSubscription
{
    /// <summary>Topic.</summary>
    public required string Topic { get; init; }

    /// <summary>Consumers of one name compete; each name has its own position.</summary>
    public required string ConsumerId { get; init; }

    /// <summary>Most deliveries in one call of the handler, 1 or more. Above 1 only for bulk subscriptions.</summary>
    public int BatchMax { get; init; } = 1;

    /// <summary>How long to wait for a batch to fill; zero: never wait, hand over what is there.</summary>
    public TimeSpan BatchWait { get; init; }

    /// <summary>Most handler calls at one time for non-bulk subscriptions.</summary>
    public int ConcurrencyMax { get; init; } = 16;

    /// <summary>Has a dead-letter topic: after the component's last attempt the engine publishes there (through <see cref="PubSubDelivery.Attempt"/> it knows).</summary>
    public string? DeadLetterTopic { get; init; }
}

/// <summary>Handles deliveries; answers one verdict a delivery, in order. An exception counts as <see cref="DeliveryVerdict.Failed"/> for all.</summary>
public delegate ValueTask<IReadOnlyList<DeliveryVerdict>> DeliveryHandler(IReadOnlyList<PubSubDelivery> deliveries, CancellationToken cancellationToken);

/// <summary>A pub/sub component. Thread safe.</summary>
public interface IPubSubComponent : IAsyncDisposable
{
    /// <summary>How many deliveries a message gets before it is given up (dead letter, else dropped with a log line); 1: the component never redelivers.</summary>
    int AttemptsMax { get; }

    /// <summary>How many of them a message gets when there is a dead-letter topic to take it.</summary>
    int AttemptsBeforeDeadLetter => AttemptsMax;

    /// <summary>
    /// Whether an inbound retry policy takes the place of the component's own redelivery: what has failed after all its retries is then given up with a log line, as the
    /// operator wanted. False: the component's own attempts come on top.
    /// </summary>
    bool PolicyIsFinal => false;

    /// <summary>Publishes. When it completes, a durable component has them on disk. A failure means none of them, unless it says which.</summary>
    /// <exception cref="PartlyPublishedException">The broker takes messages one by one, and has not taken all.</exception>
    ValueTask PublishAsync(string topic, IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken);

    /// <summary>Starts delivering; disposing the answer stops it and waits for running handlers.</summary>
    ValueTask<IAsyncDisposable> SubscribeAsync(PubSubSubscription subscription, DeliveryHandler handler, CancellationToken cancellationToken);
}
