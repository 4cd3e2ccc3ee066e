using System.Diagnostics;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>
/// A rollout in memory: what it is to do, how each device stands, and what follows from what is seen of them. It reads no clock and does no I/O. Not thread-safe: one turn at a time. The
/// files beside this one hold what people do with it, and what is told of it.
/// <para>
/// A device's turn comes when it was looked at: only then is it known what it ran before. From then on it is under way, whether the order was written already or not; until that is known
/// the order is among the <see cref="Tasks"/>, and is written again, which changes nothing.
/// </para>
/// </summary>
internal sealed partial class RolloutMachine
{
    private readonly RolloutEntry[] _entries;
    private readonly long[] _lookedAt;
    private readonly Dictionary<DeviceId, int> _index;
    private readonly int[] _starts;
    private readonly DeviceJudge _judge;
    private readonly RolloutBounds _bounds;

    private RolloutMachine(RolloutHead head, RolloutEntry[] entries, RolloutBounds bounds)
    {
        (Head, _entries, _bounds) = (head, entries, bounds);
        _lookedAt = new long[entries.Length];
        _index = entries.Index().ToDictionary(entry => entry.Item.Id, entry => entry.Index);
        _starts = new int[head.Waves.Count + 1];
        for (var wave = 0; wave < head.Waves.Count; wave++)
        {
            _starts[wave + 1] = _starts[wave] + head.Waves[wave].Devices;
        }

        _judge = new DeviceJudge(head.Id, head.Plan.Version, bounds);
    }

    public RolloutHead Head { get; private set; }

    public IReadOnlyList<RolloutEntry> Entries => _entries;

    /// <summary>Positions of devices that changed since <see cref="NoteSaved"/>.</summary>
    public HashSet<int> Changed { get; } = [];

    /// <summary>The state that it was saved in last; null: it never was.</summary>
    public RolloutState? SavedAs { get; private set; }

    /// <summary>How many devices came to which state since <see cref="NoteSaved"/>.</summary>
    public Dictionary<RolloutDeviceState, int> Moved { get; } = [];

    /// <summary>Whether anything at all changed since <see cref="NoteSaved"/>.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>Whether more than counts changed since <see cref="NoteSaved"/>.</summary>
    public bool IsStateChanged { get; private set; }

    /// <summary>What the workflow is at: the number of a wave, or -1 when what is left is put back or awaited.</summary>
    public int Stage => Head.State is RolloutState.Running or RolloutState.Paused ? CurrentWave : -1;

    private int CurrentWave => Head.Waves.Index().Where(wave => wave.Item.State is not WaveState.Passed).Select(wave => wave.Index).FirstOrDefault(Head.Waves.Count - 1);

    private int UnderWay => _entries.Count(entry => entry.IsUnderWay);

    public static RolloutMachine Create(RolloutOrder order, Release release, RolloutBounds bounds)
    {
        var waves = new List<WaveHead>();
        var before = 0;
        for (var number = 0; number < order.Plan.Waves.Count; number++)
        {
            var upTo = number == order.Plan.Waves.Count - 1
                ? order.Devices.Count
                : Math.Clamp((int)Math.Ceiling(order.Plan.Waves[number].UpToPercent * order.Devices.Count / 100), before, order.Devices.Count);
            waves.Add(new WaveHead(upTo - before, WaveState.Pending, null, null));
            before = upTo;
        }

        var head = new RolloutHead
        {
            Id = order.Id,
            Revision = 1,
            State = RolloutState.Running,
            Plan = order.Plan,
            Targets = order.Targets,
            Release = release,
            Devices = order.Devices.Count,
            Waves = waves,
            By = order.By,
            CreatedAt = order.At,
        };
        var machine = new RolloutMachine(head, [.. order.Devices.Select(device => new RolloutEntry { Id = device, Since = order.At })], bounds) { IsChanged = true, IsStateChanged = true };
        machine.Changed.UnionWith(Enumerable.Range(0, order.Devices.Count));
        return machine;
    }

    public static RolloutMachine Load(RolloutHead head, IReadOnlyList<RolloutEntry> entries, RolloutBounds bounds) => new(head, [.. entries], bounds) { SavedAs = head.State };

    /// <summary>Failed devices from which on a wave of so many devices fails.</summary>
    public static int AbortAt(RolloutPlan plan, int devices) => Math.Max(plan.AbortFailuresMin, (int)Math.Floor(plan.AbortAbovePercent * devices / 100) + 1);

    /// <summary>Devices to look at now: those under way, those whose turn comes next, and those that are watched, these by turns when they are many.</summary>
    public IReadOnlyList<DeviceId> ToWatch(long now, int max)
    {
        if (Head.EndedAt is not null)
        {
            return [];
        }

        var watched = _entries.Where(entry => entry.IsUnderWay).Select(entry => entry.Id).ToList();
        if (Head.State is RolloutState.Running or RolloutState.Paused && CurrentEntries() is var (first, count))
        {
            if (MayOffer(now))
            {
                // Those that could not be asked last time let others go first.
                watched.AddRange(_entries.Skip(first).Take(count).Where(entry => entry.State == RolloutDeviceState.Pending)
                    .OrderBy(entry => entry.AwaySince is not null).Take(Math.Max(0, Head.Plan.Parallel - watched.Count)).Select(entry => entry.Id));
            }

            watched.AddRange(Enumerable.Range(first, count).Where(position => _entries[position].State == RolloutDeviceState.Updated)
                .OrderBy(position => _lookedAt[position]).Take(Math.Max(0, max - watched.Count)).Select(position => _entries[position].Id));
        }

        return watched;
    }

    /// <summary>Takes what was seen, and goes on as far as it may.</summary>
    public void Step(IReadOnlyList<RolloutObservation> observations, long now)
    {
        if (Head.EndedAt is not null)
        {
            return;
        }

        var seen = new Dictionary<int, RolloutObservation>();
        foreach (var observation in observations)
        {
            if (_index.TryGetValue(observation.DeviceId, out var position))
            {
                seen[position] = observation;
                _lookedAt[position] = Math.Max(_lookedAt[position], observation.At);
                Put(position, Judge(position, observation, now));
            }
        }

        for (var position = 0; position < _entries.Length; position++)
        {
            var isHeld = Head.State == RolloutState.Paused && _entries[position] is { IsUpdating: true, ToldAt: null };
            if (!isHeld)
            {
                Put(position, DeviceJudge.Expire(_entries[position], Head.Plan.DeviceTimeoutMs, now));
            }
        }

        Advance(seen, now);
    }

    /// <summary>Orders that have yet to be written.</summary>
    public IReadOnlyList<RolloutTask> Tasks(int max) => Head.EndedAt is null ? [.. _entries.Select(TaskOf).OfType<RolloutTask>().Take(max)] : [];

    /// <summary>Takes what became of tasks.</summary>
    public void NoteDone(IReadOnlyList<RolloutTaskDone> done, long now)
    {
        foreach (var task in done)
        {
            if (_index.TryGetValue(task.DeviceId, out var position))
            {
                Put(position, After(_entries[position], task, now));
            }
        }

        Advance([], now);
    }

    /// <summary>When to look again, milliseconds from now.</summary>
    public long DelayMs(long now, long tickMs)
    {
        if (ToWatch(now, 1).Count > 0 || Tasks(1).Count > 0)
        {
            return tickMs;
        }

        var due = new[] { Head.Waves[CurrentWave].SoakUntil, Head.Plan.Window.OpensAt(now) }.Where(at => at > now).Select(at => at!.Value - now).DefaultIfEmpty(_bounds.IdleMsMax).Min();
        return Math.Clamp(due, Math.Min(tickMs, _bounds.IdleMsMax), _bounds.IdleMsMax);
    }

    /// <summary>The newest view was told.</summary>
    public void NoteTold()
    {
        if (!Head.IsTold)
        {
            Head = Head with { IsTold = true };
        }
    }

    public void NoteSaved()
    {
        Changed.Clear();
        Moved.Clear();
        SavedAs = Head.State;
        (IsChanged, IsStateChanged) = (false, false);
    }

    private RolloutEntry Judge(int position, RolloutObservation seen, long now)
    {
        var entry = _entries[position];
        return entry.State switch
        {
            RolloutDeviceState.Offered or RolloutDeviceState.Updating => _judge.Follow(entry, seen, now),
            RolloutDeviceState.RollingBack => _judge.FollowBack(entry, seen, now),
            RolloutDeviceState.Updated => IsWatched(position) ? _judge.Watch(entry, seen, now) : entry,
            RolloutDeviceState.Pending => seen.IsUnknown == entry.AwaySince is not null ? entry : entry with { AwaySince = seen.IsUnknown ? now : null },
            RolloutDeviceState.Failed or RolloutDeviceState.RolledBack or RolloutDeviceState.RollbackFailed or RolloutDeviceState.Skipped => entry,
        };
    }

    private RolloutTask? TaskOf(RolloutEntry entry) => entry switch
    {
        { State: RolloutDeviceState.Offered, ToldAt: null } when Head.State == RolloutState.Running => new RolloutTask(entry.Id, RolloutTaskKind.Update, null),
        { State: RolloutDeviceState.RollingBack, ToldAt: null } => new RolloutTask(entry.Id, RolloutTaskKind.Back, entry.Before),
        { HasLeftover: true } when Head.StoppedAt is not null => new RolloutTask(entry.Id, RolloutTaskKind.Withdraw, entry.Before),
        _ => null,
    };

    private static RolloutEntry After(RolloutEntry entry, RolloutTaskDone done, long now) => done.Kind switch
    {
        RolloutTaskKind.Update when entry is { IsUpdating: true, ToldAt: null } =>
            done.Fault is { } fault ? entry.Become(RolloutDeviceState.Failed, now, fault) : entry with { ToldAt = now },
        RolloutTaskKind.Back when entry is { State: RolloutDeviceState.RollingBack, ToldAt: null } =>
            done.Fault is { } fault ? entry.Become(RolloutDeviceState.RollbackFailed, now, fault) : entry with { ToldAt = now },
        RolloutTaskKind.Withdraw when entry.HasLeftover => entry with { IsWithdrawn = true },
        RolloutTaskKind.Update or RolloutTaskKind.Back or RolloutTaskKind.Withdraw => entry,
    };

    /// <summary>Goes on as far as it may: each round changes the state of the rollout or of a wave, and there are few of these.</summary>
    private void Advance(Dictionary<int, RolloutObservation> seen, long now)
    {
        while (Head.EndedAt is null && AdvanceOnce(seen, now))
        {
        }
    }

    private bool AdvanceOnce(Dictionary<int, RolloutObservation> seen, long now) => Head.State switch
    {
        RolloutState.Running or RolloutState.Paused => AbortIfOver(now) || (Head.State == RolloutState.Running && AdvanceWave(CurrentWave, seen, now)),
        RolloutState.RollingBack => AdvanceRollback(now),
        RolloutState.Done or RolloutState.Aborted or RolloutState.Cancelled => EndIfSettled(now),
    };

    private bool AbortIfOver(long now)
    {
        var wave = CurrentWave;
        var (first, count) = Range(wave);
        var failed = _entries.Skip(first).Take(count).Count(entry => entry.State == RolloutDeviceState.Failed);
        var line = AbortAt(Head.Plan, count);
        if (failed < line)
        {
            return false;
        }

        PutWave(wave, Head.Waves[wave] with { State = WaveState.Failed, SoakUntil = null });
        Stop(
            Head.Plan.RollBack ? RolloutState.RollingBack : RolloutState.Aborted,
            RolloutState.Aborted,
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{failed} of {count} devices of wave {wave + 1} failed; with {line} the rollout is aborted."),
            now);
        return true;
    }

    private bool AdvanceWave(int number, Dictionary<int, RolloutObservation> seen, long now)
    {
        var wave = Head.Waves[number];
        var (first, count) = Range(number);
        switch (wave.State)
        {
            case WaveState.Pending:
                PutWave(number, wave with { State = WaveState.Updating, StartedAt = now });
                return true;
            case WaveState.Updating:
                Offer(first, count, seen, now);
                if (Enumerable.Range(first, count).Any(position => _entries[position].State == RolloutDeviceState.Pending || _entries[position].IsUnderWay))
                {
                    return false;
                }

                var isWatched = Head.Plan.Waves[number].SoakMs > 0 && _entries.Skip(first).Take(count).Any(entry => entry.State == RolloutDeviceState.Updated);
                PutWave(number, isWatched ? wave with { State = WaveState.Soaking, SoakUntil = now + Head.Plan.Waves[number].SoakMs } : wave with { State = WaveState.Passed });
                return true;
            case WaveState.Soaking:
                // After the time is over each has to have been seen once more, and to be there.
                var isWell = now >= wave.SoakUntil && Enumerable.Range(first, count).Where(position => _entries[position].State == RolloutDeviceState.Updated)
                    .All(position => _lookedAt[position] >= wave.SoakUntil && _entries[position].AwaySince is null);
                if (isWell)
                {
                    PutWave(number, wave with { State = WaveState.Passed, SoakUntil = null });
                }

                return isWell;
            case WaveState.Passed:
                // Only the last one is still the current one then.
                Debug.Assert(number == Head.Waves.Count - 1, "A passed wave is current only at the end.");
                Head = Head with { State = RolloutState.Done, EndedAt = now, StoppedAt = now };
                Touch(isState: true);
                return true;
            case WaveState.Failed:
                return false;
            default:
                throw new UnreachableException();
        }
    }

    private void Offer(int first, int count, Dictionary<int, RolloutObservation> seen, long now)
    {
        var places = MayOffer(now) ? Head.Plan.Parallel - UnderWay : 0;
        for (var position = first; position < first + count && places > 0; position++)
        {
            if (_entries[position].State == RolloutDeviceState.Pending && seen.TryGetValue(position, out var observation) && !observation.IsUnknown)
            {
                Put(position, _judge.Begin(_entries[position], observation, now));
                places -= _entries[position].IsUnderWay ? 1 : 0;
            }
        }
    }

    private bool AdvanceRollback(long now)
    {
        // Those under way first: they are turned round where they are.
        for (var position = 0; position < _entries.Length; position++)
        {
            if (_entries[position].IsUpdating)
            {
                Put(position, DeviceJudge.PutBack(_entries[position], now));
            }
        }

        var places = Head.Plan.Parallel - UnderWay;
        for (var position = 0; position < _entries.Length && places > 0; position++)
        {
            if (_entries[position].State == RolloutDeviceState.Updated)
            {
                Put(position, DeviceJudge.PutBack(_entries[position], now));
                places -= _entries[position].IsUnderWay ? 1 : 0;
            }
        }

        if (_entries.Any(entry => entry.IsUnderWay || entry.State == RolloutDeviceState.Updated))
        {
            return false;
        }

        Head = Head with { State = Head.EndsAs };
        Touch(isState: true);
        return true;
    }

    private bool EndIfSettled(long now)
    {
        // What cannot be taken back for as long as a device may take is left.
        var isPatient = now - Head.StoppedAt <= Head.Plan.DeviceTimeoutMs;
        if (!_entries.Any(entry => entry.IsUnderWay || (isPatient && entry.HasLeftover)))
        {
            Head = Head with { EndedAt = now };
            Touch(isState: true);
        }

        return false;
    }

    /// <summary>No device is told to update any more.</summary>
    private void Stop(RolloutState state, RolloutState endsAs, string detail, long now)
    {
        for (var position = 0; position < _entries.Length; position++)
        {
            // One whose order may or may not have been written: it is taken back, and that is all.
            var isUntold = _entries[position] is { State: RolloutDeviceState.Offered, ToldAt: null };
            if (_entries[position].State == RolloutDeviceState.Pending || isUntold)
            {
                Put(position, _entries[position].Become(RolloutDeviceState.Skipped, now));
            }
        }

        Head = Head with { State = state, EndsAs = endsAs, Detail = detail, StoppedAt = now };
        Touch(isState: true);
    }

    private bool MayOffer(long now) =>
        Head.State == RolloutState.Running && Head.Waves[CurrentWave].State is WaveState.Pending or WaveState.Updating && Head.Plan.Window.OpensAt(now) is null;

    private bool IsWatched(int position) =>
        Head.State is RolloutState.Running or RolloutState.Paused && CurrentEntries() is var (first, count) && position >= first && position < first + count;

    private (int First, int Count) CurrentEntries() => Range(CurrentWave);

    private (int First, int Count) Range(int wave) => (_starts[wave], _starts[wave + 1] - _starts[wave]);

    private void Put(int position, RolloutEntry next)
    {
        if (!ReferenceEquals(next, _entries[position]) && next != _entries[position])
        {
            if (next.State != _entries[position].State)
            {
                Moved[next.State] = Moved.GetValueOrDefault(next.State) + 1;
            }

            _entries[position] = next;
            Changed.Add(position);
            Touch(isState: false);
        }
    }

    private void PutWave(int number, WaveHead next)
    {
        Head = Head with { Waves = [.. Head.Waves.Select((wave, i) => i == number ? next : wave)] };
        Touch(isState: true);
    }

    private void Touch(bool isState)
    {
        if (!IsChanged)
        {
            Head = Head with { Revision = Head.Revision + 1 };
        }

        Head = Head with { IsTold = false };
        (IsChanged, IsStateChanged) = (true, IsStateChanged || isState);
    }
}
