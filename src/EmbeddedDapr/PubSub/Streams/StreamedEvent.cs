namespace EmbeddedDapr.PubSub;

/// <summary>An event on its way to a stream.</summary>
/// <param name="Id">Of the envelope; the answer names it. Empty when the envelope has none.</param>
/// <param name="PubSubName">Component.</param>
/// <param name="Topic">Where it came from: for a dead letter the dead-letter topic.</param>
/// <param name="Envelope">A JSON object.</param>
public sealed record StreamedEvent(string Id, string PubSubName, string Topic, ReadOnlyMemory<byte> Envelope);

/// <summary>What a stream's client made of an event.</summary>
public enum StreamAnswer
{
    /// <summary>Handled.</summary>
    Success,

    /// <summary>To be shown again.</summary>
    Retry,

    /// <summary>Not wanted: to the dead-letter topic, if there is one.</summary>
    Drop,
}

/// <summary>Writes an event to the stream; false: it cannot be put into the stream's form, and another attempt would not help.</summary>
public delegate ValueTask<bool> StreamSender(StreamedEvent streamedEvent, CancellationToken cancellationToken);
