namespace EmbeddedDapr.Actors;

/// <summary>Where reminders lie. Durable where its medium is: a completed call is on disk. Thread safe.</summary>
public interface IReminderStore
{
    /// <summary>Inserts or replaces; with <paramref name="overwrite"/> false an existing one makes it answer false and change nothing.</summary>
    ValueTask<bool> PutAsync(ReminderRecord reminder, bool overwrite, CancellationToken cancellationToken);

    /// <summary>One reminder, or null.</summary>
    ValueTask<ReminderRecord?> GetAsync(string actorType, string actorId, string name, CancellationToken cancellationToken);

    /// <summary>Removes one; one that is not there is fine.</summary>
    ValueTask DeleteAsync(string actorType, string actorId, string name, CancellationToken cancellationToken);

    /// <summary>
    /// After a tick: replaces (<paramref name="next"/>) or removes (null) the reminder, but only if it still has the version that fired.
    /// </summary>
    ValueTask AdvanceAsync(ReminderRecord fired, ReminderRecord? next, CancellationToken cancellationToken);

    /// <summary>
    /// Up to <paramref name="limit"/> reminders of the given types that are due before <paramref name="before"/>, earliest first. The scheduler asks
    /// for windows of time, so that a million pending ones need not be in memory.
    /// </summary>
    ValueTask<IReadOnlyList<ReminderRecord>> DueAsync(IReadOnlyCollection<string> actorTypes, DateTimeOffset before, int limit, CancellationToken cancellationToken);

    /// <summary>Earliest due time of the given types at or after <paramref name="from"/>; null: none.</summary>
    ValueTask<DateTimeOffset?> NextDueAsync(IReadOnlyCollection<string> actorTypes, DateTimeOffset from, CancellationToken cancellationToken);

    /// <summary>Reminders of one actor, or of a type when the id is null, by name; at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<ReminderRecord>> ListAsync(string actorType, string? actorId, int limit, CancellationToken cancellationToken);

    /// <summary>Removes the reminders of one actor, or of a type when the id is null.</summary>
    ValueTask DeleteAllAsync(string actorType, string? actorId, CancellationToken cancellationToken);
}

/// <summary>Implemented by state stores that also keep reminders, in the same file and the same commit.</summary>
public interface IReminderStoreProvider
{
    /// <summary>The reminder store beside the state.</summary>
    IReminderStore Reminders { get; }

    /// <summary>Whether they survive the process.</summary>
    bool IsDurable => true;
}
