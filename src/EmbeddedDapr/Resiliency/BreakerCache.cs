namespace EmbeddedDapr.Resiliency;

/// <summary>Breakers by key, the ones used last; what was not used for longest goes when it is full (and is closed when it comes again). Thread safe.</summary>
internal sealed class BreakerCache(int size, BreakerRule rule, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, CircuitBreaker Breaker)>> _byKey = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, CircuitBreaker Breaker)> _byUse = [];

    public CircuitBreaker Get(string key)
    {
        lock (_gate)
        {
            if (_byKey.TryGetValue(key, out var known))
            {
                _byUse.Remove(known);
                _byUse.AddFirst(known);
                return known.Value.Breaker;
            }

            if (_byKey.Count >= size)
            {
                _byKey.Remove(_byUse.Last!.Value.Key);
                _byUse.RemoveLast();
            }

            var breaker = new CircuitBreaker(rule, time);
            _byKey.Add(key, _byUse.AddFirst((key, breaker)));
            return breaker;
        }
    }
}
