using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Gateway.Alarms;

/// <summary>
/// The fleet's alarms as this gateway knows them: all that are not cleared, and those that it saw cleared last. An alarm never moves back in its life and newer
/// revisions win, so order and repetition of events do not matter. Reads no clock. Thread-safe.
/// </summary>
internal sealed class AlarmBook
{
    /// <summary>Most alarms that are not cleared; beyond it the least severe, and of these the oldest, is left out.</summary>
    public const int ActiveMax = 10_000;

    /// <summary>Cleared alarms remembered; the one first cleared goes first.</summary>
    public const int ClearedMax = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<(DeviceId, string), Known> _active = [];
    private readonly Dictionary<(DeviceId, string), Known> _cleared = [];
    private readonly Queue<(DeviceId, string)> _clearedOrder = new();

    /// <summary>Takes an alarm as it was at a revision of its device; false when a newer one is known.</summary>
    public bool Take(DeviceAlarm alarm, long revision)
    {
        var key = (alarm.DeviceId, alarm.Id);
        lock (_gate)
        {
            if (Find_NeedsLock(key) is { } known && (alarm.State < known.Alarm.State || revision < known.Revision))
            {
                return false;
            }

            if (alarm.State == AlarmState.Cleared)
            {
                _active.Remove(key);
                if (!_cleared.ContainsKey(key))
                {
                    _clearedOrder.Enqueue(key);
                }

                _cleared[key] = new Known(alarm, revision);
                if (_clearedOrder.Count > ClearedMax)
                {
                    _cleared.Remove(_clearedOrder.Dequeue());
                }
            }
            else
            {
                _active[key] = new Known(alarm, revision);
                if (_active.Count > ActiveMax)
                {
                    _active.Remove(_active.MinBy(entry => Rank(entry.Value.Alarm)).Key);
                }
            }

            return true;
        }
    }

    /// <summary>Forgets the alarms of a device that is no more.</summary>
    public void Forget(DeviceId device)
    {
        lock (_gate)
        {
            foreach (var key in _active.Keys.Where(key => key.Item1 == device).ToArray())
            {
                _active.Remove(key);
            }

            foreach (var key in _cleared.Keys.Where(key => key.Item1 == device).ToArray())
            {
                _cleared.Remove(key); // its place in the order stays, and finds nothing
            }
        }
    }

    /// <summary>Alarms, the most severe first, of the same severity the newest.</summary>
    /// <param name="withCleared">Also those that are cleared.</param>
    /// <param name="severity">Only these; null: all.</param>
    public IReadOnlyList<DeviceAlarm> List(bool withCleared, AlarmSeverity? severity)
    {
        Known[] all;
        lock (_gate)
        {
            all = withCleared ? [.. _active.Values, .. _cleared.Values] : [.. _active.Values];
        }

        return [.. all.Select(known => known.Alarm).Where(alarm => severity is null || alarm.Rule.Severity == severity).OrderByDescending(Rank)];
    }

    private static (AlarmSeverity, long, string, string) Rank(DeviceAlarm alarm) => (alarm.Rule.Severity, alarm.RaisedAt, alarm.DeviceId.Value, alarm.Id);

    private Known? Find_NeedsLock((DeviceId, string) key) => _active.TryGetValue(key, out var active) ? active : _cleared.GetValueOrDefault(key);

    private sealed record Known(DeviceAlarm Alarm, long Revision);
}
