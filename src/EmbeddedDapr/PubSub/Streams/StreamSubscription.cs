using System.Text.Json;

namespace EmbeddedDapr.PubSub;

/// <summary>
/// A subscription that lives as long as a stream (contract section 4.10): events go to its client, which answers each by its id. What is not answered when it ends
/// has not been handled. Thread safe.
/// </summary>
public sealed class StreamSubscription : IEventTarget, IAsyncDisposable
{
    private readonly PendingAnswers _pending = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly StreamSubscriptions _owner;
    private readonly StreamSender _send;
    private int _disposed;

    internal StreamSubscription(StreamSubscriptions owner, AppSubscription subscription, StreamSender send) =>
        (_owner, Subscription, _send) = (owner, subscription, send);

    /// <summary>What was asked for.</summary>
    public AppSubscription Subscription { get; }

    /// <summary>At the broker; set once.</summary>
    internal IAsyncDisposable? Broker { get; set; }

    /// <summary>The client has answered. An id that is not in flight is ignored.</summary>
    public void Answer(string id, StreamAnswer answer) => _pending.Take(id, answer);

    /// <summary>Ends the subscription.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _owner.Remove(this);
        await _closing.CancelAsync(); // first, since the broker waits for events that are at the client
        if (Broker is { } broker)
        {
            await broker.DisposeAsync();
        }

        _closing.Dispose();
    }

    async ValueTask IEventTarget.ShowOneAsync(DeliveredEvent delivered, CancellationToken cancellationToken)
    {
        if (IdOf(delivered.Body.Span) is not { } id)
        {
            delivered.Fate = EventFate.Unreadable;
            return;
        }

        var answer = _pending.Add(id);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            var shown = await _send(new(id, Subscription.PubSubName, delivered.PlainTopic, delivered.Body), both.Token);
            delivered.Fate = !shown ? EventFate.Unreadable : await answer.Task.WaitAsync(both.Token) switch
            {
                StreamAnswer.Success => EventFate.Taken,
                StreamAnswer.Retry => EventFate.Failed,
                StreamAnswer.Drop => EventFate.Dropped,
            };
        }
        finally
        {
            _pending.Remove(id, answer);
        }
    }

    ValueTask IEventTarget.ShowManyAsync(IReadOnlyList<DeliveredEvent> events, string topic, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A stream has no bulk subscription.");

    /// <summary>Empty: the envelope has none; null: it is no text, being half of a surrogate pair.</summary>
    private static string? IdOf(ReadOnlySpan<byte> envelope)
    {
        var reader = new Utf8JsonReader(envelope, new JsonReaderOptions { MaxDepth = 1000 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueTextEquals("id"u8);
            reader.Read();
            if (isId && reader.TokenType == JsonTokenType.String)
            {
                try
                {
                    return reader.GetString();
                }
                catch (InvalidOperationException)
                {
                    return null;
                }
            }

            reader.Skip();
        }

        return string.Empty;
    }
}
