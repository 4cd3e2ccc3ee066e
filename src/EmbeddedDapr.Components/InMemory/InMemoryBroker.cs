using System.Collections.Concurrent;

namespace EmbeddedDapr.Components.InMemory;

/// <summary>
/// Subscribers of <c>pubsub.in-memory</c>, which the components of one name share within one catalog: apps in one process reach each other, as they
/// would through any broker. Nothing is stored; what nobody subscribes to is gone.
/// </summary>
internal sealed class InMemoryBroker
{
    private readonly ConcurrentDictionary<long, InMemorySubscriber> _subscribers = [];
    private long _subscriberIds;
    private long _messageIds;

    public long NextMessageId() => Interlocked.Increment(ref _messageIds);

    public IEnumerable<InMemorySubscriber> SubscribersOf(string topic) =>
        _subscribers.Where(entry => entry.Value.Matches(topic)).OrderBy(entry => entry.Key).Select(entry => entry.Value);

    public void Add(InMemorySubscriber subscriber)
    {
        subscriber.Key = Interlocked.Increment(ref _subscriberIds);
        _subscribers[subscriber.Key] = subscriber;
    }

    public void Remove(InMemorySubscriber subscriber) => _subscribers.TryRemove(subscriber.Key, out _);
}
