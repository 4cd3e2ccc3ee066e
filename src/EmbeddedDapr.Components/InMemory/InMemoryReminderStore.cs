using EmbeddedDapr.Actors;

namespace EmbeddedDapr.Components.InMemory;

/// <summary>Reminders in memory, ordered by due time for each actor type.</summary>
internal sealed class InMemoryReminderStore : IReminderStore
{
    private static readonly Comparer<ReminderRecord> ByDue = Comparer<ReminderRecord>.Create(static (a, b) =>
        a.NextDue.CompareTo(b.NextDue) is not 0 and var due ? due
        : string.CompareOrdinal(a.ActorId, b.ActorId) is not 0 and var id ? id
        : string.CompareOrdinal(a.Name, b.Name));

    private readonly Lock _lock = new();
    private readonly Dictionary<string, OfType> _types = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask<bool> PutAsync(ReminderRecord reminder, bool overwrite, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var type = Type_NeedsLock(reminder.ActorType);
            if (!overwrite && type.ByKey.ContainsKey((reminder.ActorId, reminder.Name)))
            {
                return ValueTask.FromResult(false);
            }

            type.Put(reminder with { Data = reminder.Data.ToArray() });
            return ValueTask.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public ValueTask<ReminderRecord?> GetAsync(string actorType, string actorId, string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return ValueTask.FromResult(Type_NeedsLock(actorType).ByKey.GetValueOrDefault((actorId, name)));
        }
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string actorType, string actorId, string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            Type_NeedsLock(actorType).Remove((actorId, name));
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask AdvanceAsync(ReminderRecord fired, ReminderRecord? next, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var type = Type_NeedsLock(fired.ActorType);
            if (!type.ByKey.TryGetValue((fired.ActorId, fired.Name), out var stored) || stored.Version != fired.Version)
            {
                return ValueTask.CompletedTask;
            }

            if (next is null)
            {
                type.Remove((fired.ActorId, fired.Name));
            }
            else
            {
                type.Put(next with { Data = next.Data.ToArray() });
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ReminderRecord>> DueAsync(
        IReadOnlyCollection<string> actorTypes,
        DateTimeOffset before,
        int limit,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        List<ReminderRecord> due = [];
        lock (_lock)
        {
            foreach (var type in actorTypes)
            {
                due.AddRange(Type_NeedsLock(type).Ordered.TakeWhile(reminder => reminder.NextDue < before).Take(limit));
            }
        }

        due.Sort(static (a, b) => a.NextDue.CompareTo(b.NextDue));
        return ValueTask.FromResult<IReadOnlyList<ReminderRecord>>(due.Count > limit ? due.GetRange(0, limit) : due);
    }

    /// <inheritdoc/>
    public ValueTask<DateTimeOffset?> NextDueAsync(IReadOnlyCollection<string> actorTypes, DateTimeOffset from, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DateTimeOffset? earliest = null;
        lock (_lock)
        {
            foreach (var type in actorTypes)
            {
                if (Type_NeedsLock(type).FirstFrom(from) is { } first && !(earliest <= first.NextDue))
                {
                    earliest = first.NextDue;
                }
            }
        }

        return ValueTask.FromResult(earliest);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ReminderRecord>> ListAsync(string actorType, string? actorId, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            IReadOnlyList<ReminderRecord> found = Type_NeedsLock(actorType).ByKey.Values
                .Where(reminder => actorId is null || string.Equals(reminder.ActorId, actorId, StringComparison.Ordinal))
                .OrderBy(reminder => reminder.Name, StringComparer.Ordinal)
                .ThenBy(reminder => reminder.ActorId, StringComparer.Ordinal)
                .Take(limit)
                .ToList();
            return ValueTask.FromResult(found);
        }
    }

    /// <inheritdoc/>
    public ValueTask DeleteAllAsync(string actorType, string? actorId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var type = Type_NeedsLock(actorType);
            foreach (var key in type.ByKey.Keys.Where(key => actorId is null || key.Id == actorId).ToList())
            {
                type.Remove(key);
            }
        }

        return ValueTask.CompletedTask;
    }

    private OfType Type_NeedsLock(string type)
    {
        if (!_types.TryGetValue(type, out var found))
        {
            _types.Add(type, found = new OfType());
        }

        return found;
    }

    private sealed class OfType
    {
        public Dictionary<(string Id, string Name), ReminderRecord> ByKey { get; } = [];

        public SortedSet<ReminderRecord> Ordered { get; } = new(ByDue);

        public void Put(ReminderRecord reminder)
        {
            Remove((reminder.ActorId, reminder.Name));
            ByKey.Add((reminder.ActorId, reminder.Name), reminder);
            Ordered.Add(reminder);
        }

        public void Remove((string Id, string Name) key)
        {
            if (ByKey.Remove(key, out var old))
            {
                Ordered.Remove(old);
            }
        }

        public ReminderRecord? FirstFrom(DateTimeOffset from)
        {
            if (Ordered.Max is not { } last || last.NextDue < from)
            {
                return null;
            }

            // Empty texts sort before every other, so this is the lower end of that moment.
            var floor = last with { NextDue = from, ActorId = string.Empty, Name = string.Empty };
            return Ordered.GetViewBetween(floor, last).Min;
        }
    }
}
