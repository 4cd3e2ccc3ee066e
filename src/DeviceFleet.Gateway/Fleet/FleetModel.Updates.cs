using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;

namespace DeviceFleet.Gateway.Fleet;

/// <summary>What goes to browsers: whole states with a number, and what changed from one number to the next.</summary>
internal sealed partial class FleetModel
{
    private const long CountersEveryMs = 1_000;

    private readonly HashSet<FleetEntry> _changed = [];
    private readonly LinkedList<RejectedEvent> _newRejections = new();
    private readonly HashSet<FleetEntry> _watched = [];
    private long _sequence;
    private long _lastUpdateAt;

    /// <summary>The fleet now. Changes not sent yet are in it, and will be in the next update as well: rows are whole, so that does no harm.</summary>
    public FleetSnapshot Snapshot(long now)
    {
        lock (_gate)
        {
            return new FleetSnapshot
            {
                Sequence = _sequence,
                AsOf = now,
                Counters = Counters_NeedsLock(now),
                Devices = Rows_NeedsLock(),
                Rejections = [.. _rejections],
            };
        }
    }

    /// <summary>What changed since the last call, as the next number; null when nothing did and the counters were told within the last second.</summary>
    public FleetUpdates? TakeUpdates(long now)
    {
        lock (_gate)
        {
            if (_changed.Count == 0 && _removed.Count == 0 && _newRejections.Count == 0 && now - _lastUpdateAt < CountersEveryMs)
            {
                return null;
            }

            var updates = new FleetUpdates
            {
                Sequence = ++_sequence,
                AsOf = now,
                Counters = Counters_NeedsLock(now),
                Devices = [.. _changed.Select(entry => entry.Row)],
                Removed = [.. _removed],
                Rejections = [.. _newRejections],
            };
            _changed.Clear();
            _removed.Clear();
            _newRejections.Clear();
            _lastUpdateAt = now;
            return updates;
        }
    }

    /// <summary>Collects a device's samples from now on; each call needs its <see cref="Unwatch"/>.</summary>
    public void Watch(DeviceId id)
    {
        lock (_gate)
        {
            var entry = Entry_NeedsLock(id);
            entry.Watchers++;
            entry.Unsent ??= [];
            _watched.Add(entry);
        }
    }

    public void Unwatch(DeviceId id)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(id, out var entry) && entry.Watchers > 0 && --entry.Watchers == 0)
            {
                entry.Unsent = null;
                _watched.Remove(entry);
            }
        }
    }

    /// <summary>New samples of the devices that somebody watches.</summary>
    public IReadOnlyList<DeviceSamplesBatch> TakeSamples()
    {
        lock (_gate)
        {
            List<DeviceSamplesBatch>? batches = null;
            foreach (var entry in _watched)
            {
                if (entry.Unsent is { Count: > 0 } unsent)
                {
                    (batches ??= []).Add(new DeviceSamplesBatch { Id = entry.Row.Id, Row = entry.Row, Samples = unsent });
                    entry.Unsent = [];
                }
            }

            return batches ?? [];
        }
    }
}
