using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Gateway.Fleet;

/// <summary>Devices that are no more. What was told of them before and comes late must not bring them back; who makes one again goes on with its revisions.</summary>
internal sealed partial class FleetModel
{
    /// <summary>Removals remembered; what is late by more of them shows a device until its next start, at most.</summary>
    private const int GoneMax = 100_000;

    private readonly Dictionary<DeviceId, long> _gone = [];
    private readonly Queue<DeviceId> _goneOrder = new();
    private readonly HashSet<DeviceId> _removed = [];

    /// <summary>The device is no more, since this revision.</summary>
    public void Remove(DeviceId id, long revision)
    {
        lock (_gate)
        {
            Remove_NeedsLock(id, revision);
        }
    }

    /// <summary>Those of them that are no more. As long as no device ever was removed, which is the usual case on the way of samples, it looks at none.</summary>
    public IReadOnlyCollection<DeviceId> GoneAmong(IEnumerable<DeviceId> ids)
    {
        lock (_gate)
        {
            return _gone.Count == 0 ? [] : ids.Where(id => _gone.ContainsKey(id) && !_entries.ContainsKey(id)).ToHashSet();
        }
    }

    private void Remove_NeedsLock(DeviceId id, long revision)
    {
        if (_entries.TryGetValue(id, out var entry))
        {
            if (Math.Max(entry.Row.Revision, entry.ViewRevision) > revision)
            {
                return; // made again since
            }

            _entries.Remove(id);
            _tally.Remove(entry.Row);
            _changed.Remove(entry);
            _watched.Remove(entry);
            _removed.Add(id);
        }

        if (!_gone.TryGetValue(id, out var known))
        {
            _goneOrder.Enqueue(id);
            if (_goneOrder.Count > GoneMax)
            {
                _gone.Remove(_goneOrder.Dequeue());
            }
        }

        _gone[id] = Math.Max(known, revision);
    }

    private bool IsOfGone_NeedsLock(DeviceId id, long revision) => _gone.TryGetValue(id, out var since) && revision <= since;
}
