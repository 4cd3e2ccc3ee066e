using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>What is told of a rollout.</summary>
internal sealed partial class RolloutMachine
{
    public RolloutView View(long now)
    {
        var isWaiting = Head.State == RolloutState.Running && Head.Waves[CurrentWave].State is WaveState.Pending or WaveState.Updating
            && CurrentEntries() is var (first, count) && _entries.Skip(first).Take(count).Any(entry => entry.State == RolloutDeviceState.Pending);
        return new RolloutView
        {
            Id = Head.Id,
            Revision = Head.Revision,
            State = Head.State,
            Plan = Head.Plan,
            Targets = Head.Targets,
            Waves = [.. Head.Waves.Select((wave, number) => View(wave, number))],
            Detail = Head.Detail,
            WindowOpensAt = isWaiting ? Head.Plan.Window.OpensAt(now) : null,
            By = Head.By,
            CreatedAt = Head.CreatedAt,
            EndedAt = Head.EndedAt,
        };
    }

    /// <summary>A page of devices; one that begins after a device that is not there is empty.</summary>
    public RolloutDevices Page(RolloutDevicesQuery query)
    {
        var (first, count) = query.Wave is not { } wave ? (0, _entries.Length) : wave >= 0 && wave < Head.Waves.Count ? Range(wave) : (0, 0);
        var from = query.After is not { } after ? first : _index.TryGetValue(after, out var position) ? Math.Max(first, position + 1) : first + count;
        var take = Math.Clamp(query.Take, 1, 1_000);
        return new RolloutDevices([.. Enumerable.Range(from, Math.Clamp(first + count - from, 0, take)).Select(View)], count);
    }

    private WaveView View(WaveHead wave, int number)
    {
        var (first, count) = Range(number);
        var counts = new SortedDictionary<RolloutDeviceState, int>();
        foreach (var entry in _entries.AsSpan(first, count))
        {
            counts[entry.State] = counts.GetValueOrDefault(entry.State) + 1;
        }

        return new WaveView
        {
            Number = number,
            State = wave.State,
            Devices = count,
            Counts = counts,
            AbortAt = AbortAt(Head.Plan, count),
            StartedAt = wave.StartedAt,
            SoakUntil = wave.SoakUntil,
        };
    }

    private RolloutDevice View(int position)
    {
        var entry = _entries[position];
        return new RolloutDevice
        {
            DeviceId = entry.Id,
            Wave = Head.Waves.Index().First(wave => position < _starts[wave.Index + 1]).Index,
            State = entry.State,
            Since = entry.Since,
            Before = entry.Before,
            Error = entry.Error,
        };
    }
}
