using System.Diagnostics.CodeAnalysis;
using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Replay;

/// <summary>External events and those who wait for them: both in their order, matched by name without regard to case.</summary>
internal sealed class EventMailbox
{
    private readonly LinkedList<HistoryEvent> _unread = [];
    private readonly Dictionary<string, Queue<LinkedListNode<HistoryEvent>>> _unreadByName = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Queue<EventWait>> _waits = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How many wait.</summary>
    public int LiveWaits { get; private set; }

    /// <summary>Events nobody has taken, in the order they came.</summary>
    public IEnumerable<HistoryEvent> Unread => _unread;

    /// <summary>Hands the event to the one who has waited longest, or keeps it.</summary>
    public void Deliver(HistoryEvent raised)
    {
        var name = raised.EventRaised.Name;
        if (_waits.TryGetValue(name, out var waits))
        {
            while (waits.TryDequeue(out var wait))
            {
                if (wait.IsLive)
                {
                    LiveWaits--;
                    wait.Complete(raised);
                    return;
                }
            }
        }

        if (!_unreadByName.TryGetValue(name, out var queue))
        {
            _unreadByName.Add(name, queue = new Queue<LinkedListNode<HistoryEvent>>());
        }

        queue.Enqueue(_unread.AddLast(raised));
    }

    public bool TryTake(string name, [NotNullWhen(true)] out HistoryEvent? raised)
    {
        raised = null;
        if (!_unreadByName.TryGetValue(name, out var queue) || !queue.TryDequeue(out var node))
        {
            return false;
        }

        _unread.Remove(node);
        raised = node.Value;
        return true;
    }

    public EventWait Wait(string name)
    {
        var wait = new EventWait();
        if (!_waits.TryGetValue(name, out var waits))
        {
            _waits.Add(name, waits = new Queue<EventWait>());
        }

        waits.Enqueue(wait);
        LiveWaits++;
        return wait;
    }

    /// <summary>The wait is over without an event; does nothing if it has one.</summary>
    public void Cancel(EventWait wait, CancellationToken cancellationToken)
    {
        if (wait.IsLive)
        {
            LiveWaits--;
            wait.Cancel(cancellationToken);
        }
    }
}
