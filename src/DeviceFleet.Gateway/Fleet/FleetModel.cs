using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;

namespace DeviceFleet.Gateway.Fleet;

/// <summary>
/// The fleet as this gateway knows it, from events and from what actors told: the newest revision of each device wins, so order and repetition of events do not
/// matter. Does no I/O and reads no clock. Thread-safe: one lock, held for short work only.
/// </summary>
internal sealed partial class FleetModel(FleetOptions options)
{
    private const int RejectionsMax = 50;
    private const int RecentPerDeviceMax = 600;
    private const int RecentPerDeviceMin = 60;

    private readonly Lock _gate = new();
    private readonly Dictionary<DeviceId, FleetEntry> _entries = [];
    private readonly FleetTally _tally = new();
    private readonly RecentFlow _flow = new();
    private readonly LinkedList<RejectedEvent> _rejections = new();

    /// <summary>One sample that is on disk.</summary>
    public void Take(TelemetryEvent sample, long now)
    {
        lock (_gate)
        {
            if (IsOfGone_NeedsLock(sample.DeviceId, sample.Revision))
            {
                return;
            }

            var entry = Entry_NeedsLock(sample.DeviceId);
            if (!sample.Duplicate)
            {
                _flow.Add(now, now - sample.ReceivedAt);
                KeepRecent_NeedsLock(entry, sample);
            }

            if (sample.Revision < entry.Row.Revision)
            {
                return;
            }

            var isNewer = !sample.Duplicate && entry.IsNewer(sample);
            if (isNewer)
            {
                entry.Newest = (sample.Boot, sample.Seq, sample.Ts);
            }

            // A turn that counts or recognises a sample leaves its device online: what the actor knows, this event implies. The rest only views tell.
            Replace_NeedsLock(entry, entry.Row with
            {
                Presence = Presence.Online,
                LastSeen = Math.Max(entry.Row.LastSeen ?? 0, sample.ReceivedAt),
                Metrics = isNewer ? Merge(entry.Row.Metrics, sample.Metrics) : entry.Row.Metrics,
                Totals = sample.Totals,
                Revision = sample.Revision,
            });
        }
    }

    /// <summary>Something refused, by the broker or by a device's actor.</summary>
    public void Take(RejectedEvent refused)
    {
        lock (_gate)
        {
            if (refused.By == "broker")
            {
                _tally.RefusedByBroker++;
            }

            // Browsers have the row; the view would say it twice.
            var shown = refused with { View = null };
            _rejections.AddFirst(shown);
            _newRejections.AddFirst(shown);
            Trim(_rejections);
            Trim(_newRejections);
            if (refused.View is { } view)
            {
                TakeView_NeedsLock(view);
            }
        }
    }

    /// <summary>What an actor tells of itself.</summary>
    public void Take(DeviceView view)
    {
        lock (_gate)
        {
            TakeView_NeedsLock(view);
        }
    }

    /// <summary>A device by name only, until its actor or an event tells more.</summary>
    public void Name(DeviceId id)
    {
        lock (_gate)
        {
            Entry_NeedsLock(id);
        }
    }

    public bool Knows(DeviceId id)
    {
        lock (_gate)
        {
            return _entries.ContainsKey(id);
        }
    }

    public FleetCounters Counters(long now)
    {
        lock (_gate)
        {
            return Counters_NeedsLock(now);
        }
    }

    public IReadOnlyList<DeviceRow> Rows()
    {
        lock (_gate)
        {
            return Rows_NeedsLock();
        }
    }

    public IReadOnlyList<RejectedEvent> Rejections()
    {
        lock (_gate)
        {
            return [.. _rejections];
        }
    }

    public IReadOnlyList<SamplePoint> Recent(DeviceId id)
    {
        lock (_gate)
        {
            return _entries.TryGetValue(id, out var entry) ? entry.Recent.Read() : [];
        }
    }

    private void TakeView_NeedsLock(DeviceView view)
    {
        if (view.IsRemoved == true)
        {
            Remove_NeedsLock(view.DeviceId, view.Revision);
            return;
        }

        if (IsOfGone_NeedsLock(view.DeviceId, view.Revision))
        {
            return;
        }

        var entry = Entry_NeedsLock(view.DeviceId);
        if (view.Revision < entry.ViewRevision || view.Revision == 0)
        {
            return;
        }

        entry.ViewRevision = view.Revision;
        var row = entry.Row;
        if (view.Revision >= row.Revision)
        {
            entry.Newest = (view.Boot, view.Seq, view.MetricsAt ?? long.MinValue);
            row = row with { Presence = view.Presence, LastSeen = view.LastSeen, Metrics = view.Metrics, Totals = view.Totals, Revision = view.Revision };
        }

        // Samples have a topic of their own and may overtake a view: it still tells what only views tell.
        Replace_NeedsLock(entry, row with
        {
            LastRejection = view.LastRejection,
            Type = view.Type,
            Group = view.Group,
            Tags = view.Tags,
            Firmware = view.Firmware,
            Alarms = view.Alarms.Active,
            Severity = view.Alarms.Severity,
            PendingSince = view.Twin.PendingSince,
            OpenCommands = view.OpenCommands,
            IsFlapping = view.Sessions.IsFlapping,
        });
    }

    private FleetEntry Entry_NeedsLock(DeviceId id)
    {
        if (!_entries.TryGetValue(id, out var entry))
        {
            entry = new FleetEntry(id);
            _removed.Remove(id);
            _entries.Add(id, entry);
            _tally.Add(entry.Row);
            _changed.Add(entry);
        }

        return entry;
    }

    private void Replace_NeedsLock(FleetEntry entry, DeviceRow next)
    {
        _tally.Replace(entry.Row, next);
        entry.Row = next;
        _changed.Add(entry);
    }

    private FleetCounters Counters_NeedsLock(long now) => _tally.ToCounters(_flow.PerSecond(now), _flow.MedianLagMs(now));

    private DeviceRow[] Rows_NeedsLock() => [.. _entries.Values.Select(entry => entry.Row)];

    private void KeepRecent_NeedsLock(FleetEntry entry, TelemetryEvent sample)
    {
        var share = Math.Clamp(options.RecentSamplesMax / _entries.Count, RecentPerDeviceMin, RecentPerDeviceMax);
        entry.Recent.Add(sample.Ts, sample.Metrics, share);
        if (entry.Unsent is { } unsent && unsent.Count < RecentPerDeviceMax)
        {
            unsent.Add(new SamplePoint(sample.Ts, sample.Metrics));
        }
    }

    private static void Trim(LinkedList<RejectedEvent> rejections)
    {
        if (rejections.Count > RejectionsMax)
        {
            rejections.RemoveLast();
        }
    }

    private static IReadOnlyDictionary<string, double> Merge(IReadOnlyDictionary<string, double> old, IReadOnlyDictionary<string, double> sample)
    {
        if (old.Count <= sample.Count && old.Keys.All(sample.ContainsKey))
        {
            return sample;
        }

        var merged = new Dictionary<string, double>(old);
        foreach (var (name, value) in sample)
        {
            merged[name] = value;
        }

        return merged;
    }
}
