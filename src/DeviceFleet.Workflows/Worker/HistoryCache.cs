using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Worker;

/// <summary>
/// Committed histories of the instances of one stream, so that the sidecar sends only what came after. Bounded by the number of events; the instance used
/// least lately goes first, and its history is then fetched whole. Safe for all threads; one instance has one turn at a time.
/// </summary>
internal sealed class HistoryCache(int maxEvents)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<(string Instance, IReadOnlyList<HistoryEvent> Past)> _byUse = [];
    private readonly Dictionary<string, LinkedListNode<(string Instance, IReadOnlyList<HistoryEvent> Past)>> _byInstance = new(StringComparer.Ordinal);
    private int _events;

    /// <summary>The kept history, if it is exactly that long.</summary>
    public IReadOnlyList<HistoryEvent>? Find(string instance, int eventCount)
    {
        lock (_gate)
        {
            return _byInstance.TryGetValue(instance, out var node) && node.Value.Past.Count == eventCount ? node.Value.Past : null;
        }
    }

    public void Keep(string instance, IReadOnlyList<HistoryEvent> past)
    {
        lock (_gate)
        {
            Forget_NeedsLock(instance);
            _byInstance.Add(instance, _byUse.AddFirst((instance, past)));
            _events += past.Count;
            while (_events > maxEvents && _byUse.Last is { } last)
            {
                Forget_NeedsLock(last.Value.Instance);
            }
        }
    }

    public void Forget(string instance)
    {
        lock (_gate)
        {
            Forget_NeedsLock(instance);
        }
    }

    private void Forget_NeedsLock(string instance)
    {
        if (_byInstance.Remove(instance, out var node))
        {
            _byUse.Remove(node);
            _events -= node.Value.Past.Count;
        }
    }
}
