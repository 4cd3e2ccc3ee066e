using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Gateway.Fleet;

/// <summary>What is to be told to browsers beside rows, of each thing the newest.</summary>
/// <param name="Alarms">Alarms.</param>
/// <param name="Commands">Commands.</param>
/// <param name="Twins">Devices whose twin was written.</param>
/// <param name="Groups">Groups.</param>
/// <param name="Sagas">Sagas.</param>
/// <param name="Rollouts">Rollouts.</param>
internal sealed record NewsBatch(
    IReadOnlyCollection<DeviceAlarm> Alarms,
    IReadOnlyCollection<DeviceCommand> Commands,
    IReadOnlyCollection<DeviceId> Twins,
    IReadOnlyCollection<GroupView> Groups,
    IReadOnlyCollection<SagaView> Sagas,
    IReadOnlyCollection<RolloutView> Rollouts);

/// <summary>
/// Gathers news until the next batch, so that a burst about one thing is told once, in its last state. Reads no clock. Thread-safe.
/// </summary>
internal sealed class FleetNews
{
    /// <summary>
    /// Most things of a kind that wait. Only browsers that stopped reading make them wait at all; what comes beyond is left out, and who misses it reads it anew when it connects
    /// again.
    /// </summary>
    public const int KindMax = 10_000;

    private readonly Lock _gate = new();
    private Dictionary<(DeviceId, string), DeviceAlarm> _alarms = [];
    private Dictionary<(DeviceId, string), DeviceCommand> _commands = [];
    private HashSet<DeviceId> _twins = [];
    private Dictionary<GroupPath, GroupView> _groups = [];
    private Dictionary<DeviceId, SagaView> _sagas = [];
    private Dictionary<string, RolloutView> _rollouts = [];

    public void Add(DeviceAlarm alarm)
    {
        lock (_gate)
        {
            Put(_alarms, (alarm.DeviceId, alarm.Id), alarm);
        }
    }

    public void Add(DeviceCommand command)
    {
        lock (_gate)
        {
            Put(_commands, (command.DeviceId, command.Id), command);
        }
    }

    public void AddTwin(DeviceId id)
    {
        lock (_gate)
        {
            if (_twins.Count < KindMax)
            {
                _twins.Add(id);
            }
        }
    }

    public void Add(GroupView group)
    {
        lock (_gate)
        {
            if (!_groups.TryGetValue(group.Path, out var known) || known.Revision <= group.Revision)
            {
                Put(_groups, group.Path, group);
            }
        }
    }

    public void Add(SagaView saga)
    {
        lock (_gate)
        {
            Put(_sagas, saga.DeviceId, saga);
        }
    }

    public void Add(RolloutView rollout)
    {
        lock (_gate)
        {
            if (!_rollouts.TryGetValue(rollout.Id, out var known) || known.Revision <= rollout.Revision)
            {
                Put(_rollouts, rollout.Id, rollout);
            }
        }
    }

    /// <summary>What came since the last call; null: nothing.</summary>
    public NewsBatch? TakeAll()
    {
        lock (_gate)
        {
            if (_alarms.Count + _commands.Count + _twins.Count + _groups.Count + _sagas.Count + _rollouts.Count == 0)
            {
                return null;
            }

            var batch = new NewsBatch(_alarms.Values, _commands.Values, _twins, _groups.Values, _sagas.Values, _rollouts.Values);
            (_alarms, _commands, _twins, _groups, _sagas, _rollouts) = ([], [], [], [], [], []);
            return batch;
        }
    }

    private static void Put<TKey, TValue>(Dictionary<TKey, TValue> all, TKey key, TValue value)
        where TKey : notnull
    {
        if (all.Count < KindMax || all.ContainsKey(key))
        {
            all[key] = value;
        }
    }
}
