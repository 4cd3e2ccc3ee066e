namespace EmbeddedDapr.Actors;

/// <summary>
/// The part of the reminders that is in memory: everything due before <see cref="End"/>, at most about <c>capacity</c> of them. It is filled from pages of the store; what
/// changes while a page is being read is remembered and wins over the page. Holds no clock and does no I/O; its owner locks.
/// </summary>
internal sealed class ReminderWindow(int capacity)
{
    private readonly Dictionary<ReminderKey, PendingReminder> _known = [];
    private readonly List<(string ActorType, string ActorId)> _deletedWhileReading = [];
    private Dictionary<ReminderKey, ReminderRecord?>? _changedWhileReading;
    private DateTimeOffset _readAgainAt;
    private DateTimeOffset _notBefore;
    private bool _isStale = true;
    private int _waiting;
    private int _page;

    /// <summary>Everything due before this is in memory.</summary>
    public DateTimeOffset End { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>The last page was full: there is more to read as soon as there is room.</summary>
    public bool IsCut { get; private set; }

    public int Count => _known.Count;

    public bool IsReading => _changedWhileReading is not null;

    /// <summary>Another page should be read: the window knows that it misses something, has room again, or time has moved on.</summary>
    public bool WantsPage(DateTimeOffset now) => !IsReading && now >= _notBefore && (_isStale || (IsCut ? _known.Count <= capacity / 2 : now >= _readAgainAt));

    /// <summary>More reminders are wanted than before.</summary>
    public void Invalidate() => _isStale = true;

    public void BeginPage()
    {
        _isStale = false;
        _changedWhileReading = [];
        _deletedWhileReading.Clear();
    }

    /// <summary>The page could not be read; the window stays as it is.</summary>
    public void AbandonPage(DateTimeOffset retryAt)
    {
        (_isStale, _notBefore) = (true, retryAt);
        _changedWhileReading = null;
    }

    /// <summary>Its time has come. False: it has left the window meanwhile.</summary>
    public bool TryMakeReady(PendingReminder reminder)
    {
        if (reminder.State != PendingState.Waiting)
        {
            return false;
        }

        reminder.State = PendingState.Ready;
        _waiting--;
        return true;
    }

    /// <summary>
    /// Takes a page of the earliest reminders before <paramref name="horizon"/>, to be read again at <paramref name="readAgainAt"/>; answers those that are new in memory. What waited and is not on the page lies behind it and
    /// is dropped; it will come with a later page.
    /// </summary>
    public List<PendingReminder> EndPage(
        IReadOnlyList<ReminderRecord> page,
        DateTimeOffset horizon,
        DateTimeOffset readAgainAt,
        Func<ReminderKey, bool> leavesOut,
        Action onDropped)
    {
        var changed = _changedWhileReading ?? throw new InvalidOperationException("No page is being read.");
        _changedWhileReading = null;
        _readAgainAt = readAgainAt;
        _page++;
        IsCut = page.Count >= capacity;
        End = IsCut ? page[^1].NextDue : horizon;

        List<PendingReminder> fresh = [];
        foreach (var record in page)
        {
            var key = ReminderKey.Of(record);
            // What is being written is told to Put or Remove at the end of that; taken from the page as well it would fire twice.
            if (changed.ContainsKey(key) || leavesOut(key) || _deletedWhileReading.Exists(deleted => IsOf(key, deleted.ActorType, deleted.ActorId)))
            {
                continue;
            }

            if (_known.TryGetValue(key, out var known))
            {
                if (known.State != PendingState.Waiting || IsSame(known.Record, record))
                {
                    known.Page = _page;
                    continue;
                }

                Drop(key, known, onDropped);
            }

            fresh.Add(Keep(key, record));
        }

        foreach (var (key, known) in _known)
        {
            if (known.State == PendingState.Waiting && known.Page != _page && !changed.ContainsKey(key) && !leavesOut(key))
            {
                Drop(key, known, onDropped);
            }
        }

        foreach (var (key, record) in changed)
        {
            if (record is not null && !_known.ContainsKey(key) && Admit(key, record) is { } admitted)
            {
                fresh.Add(admitted);
            }
        }

        return fresh;
    }

    /// <summary>A reminder was registered, or got its next tick. Answers what has to wait for its time now, if it belongs into the window.</summary>
    public PendingReminder? Put(ReminderRecord record, Action onDropped)
    {
        var key = ReminderKey.Of(record);
        if (_changedWhileReading is not null)
        {
            _changedWhileReading[key] = record;
        }

        if (_known.TryGetValue(key, out var known))
        {
            if (known.State == PendingState.Firing)
            {
                (known.Successor, known.IsSuperseded) = (record, true);
                return null;
            }

            Drop(key, known, onDropped);
        }

        return Admit(key, record);
    }

    /// <summary>A reminder was deleted.</summary>
    public void Remove(ReminderKey key, Action onDropped)
    {
        if (_changedWhileReading is not null)
        {
            _changedWhileReading[key] = null;
        }

        if (!_known.TryGetValue(key, out var known))
        {
            return;
        }

        if (known.State == PendingState.Firing)
        {
            (known.Successor, known.IsSuperseded) = (null, true);
        }
        else
        {
            Drop(key, known, onDropped);
        }
    }

    /// <summary>All reminders of an actor, or of a type when the id is empty, were deleted.</summary>
    public void RemoveAll(string actorType, string actorId, Action onDropped)
    {
        var keys = _known.Keys.Concat(_changedWhileReading?.Keys ?? Enumerable.Empty<ReminderKey>()).Where(key => IsOf(key, actorType, actorId)).ToHashSet();
        foreach (var key in keys)
        {
            Remove(key, onDropped);
        }

        // A page that is being read may hold others of them.
        if (IsReading)
        {
            _deletedWhileReading.Add((actorType, actorId));
        }
    }

    /// <summary>Reminders of these types are no longer wanted; those that fire are left alone.</summary>
    public void Forget(IReadOnlyCollection<string> actorTypes, Action onDropped)
    {
        // What changes while a page is read is kept: the page may still hold these types, and is read again anyway once they are wanted.
        foreach (var (key, known) in _known)
        {
            if (known.State != PendingState.Firing && actorTypes.Contains(key.ActorType))
            {
                Drop(key, known, onDropped);
            }
        }
    }

    /// <summary>A callback has ended and its bookkeeping is done; <paramref name="next"/> is what its own tick leads to. Answers what has to wait for its time now.</summary>
    public PendingReminder? EndFiring(PendingReminder fired, ReminderRecord? next, Action onDropped)
    {
        var key = ReminderKey.Of(fired.Record);
        fired.State = PendingState.Dead;
        _known.Remove(key);
        var follows = fired.IsSuperseded ? fired.Successor : next;
        if (follows is not null)
        {
            return Put(follows, onDropped);
        }

        if (_changedWhileReading is not null)
        {
            _changedWhileReading[key] = null;
        }

        return null;
    }

    /// <summary>For messages of tests that waited in vain.</summary>
    public override string ToString() =>
        $"{_known.Count} in memory, {_waiting} wait, cut {IsCut}, stale {_isStale}, reading {IsReading}, end {End:O}, again {_readAgainAt:O}, firing {_known.Values.Count(known => known.State == PendingState.Firing)}, ready {_known.Values.Count(known => known.State == PendingState.Ready)}";

    private static bool IsOf(ReminderKey key, string actorType, string actorId) => key.ActorType == actorType && (actorId.Length == 0 || key.ActorId == actorId);

    private static bool IsSame(ReminderRecord one, ReminderRecord other) =>
        one.Version == other.Version && one.NextDue == other.NextDue && one.FailedTries == other.FailedTries;

    private PendingReminder? Admit(ReminderKey key, ReminderRecord record)
    {
        if (record.NextDue >= End)
        {
            return null;
        }

        if (_known.Count >= capacity * 2)
        {
            // No room: the window ends before this one. Where later ones wait, a page that holds the earliest in their stead is wanted at once.
            (End, IsCut) = (record.NextDue, true);
            _isStale |= _waiting > 0;
            return null;
        }

        return Keep(key, record);
    }

    private PendingReminder Keep(ReminderKey key, ReminderRecord record)
    {
        _waiting++;
        return _known[key] = new PendingReminder(record) { Page = _page };
    }

    private void Drop(ReminderKey key, PendingReminder known, Action onDropped)
    {
        _waiting -= known.State == PendingState.Waiting ? 1 : 0;
        known.State = PendingState.Dead;
        _known.Remove(key);
        onDropped();
    }
}
