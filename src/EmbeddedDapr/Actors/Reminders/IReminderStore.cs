namespace EmbeddedDapr.Actors;

/// <summary>A reminder as it is stored. <c>(ActorType, ActorId, Name)</c> is its key. Times are UTC ticks of <see cref="DateTimeOffset"/>.</summary>
public sealed record ReminderRecord
{
    /// <summary>Actor type.</summary>
    public required string ActorType { get; init; }

    /// <summary>Actor id.</summary>
    public required string ActorId { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>When the next tick is due.</summary>
    public required DateTimeOffset NextDue { get; init; }

    /// <summary>Tries of that tick that failed so far; 0 for a fresh tick.</summary>
    public int FailedTries { get; init; }

    /// <summary>Time between ticks; null: fires once.</summary>
    public TimeSpan? Period { get; init; }

    /// <summary>Ticks still to come; null: no limit.</summary>
    public int? Remaining { get; init; }

    /// <summary>No tick after this; null: no end.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Data, raw JSON; empty: none.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Due time as registered, echoed by GET.</summary>
    public string DueTimeText { get; init; } = string.Empty;

    /// <summary>Period as registered.</summary>
    public string PeriodText { get; init; } = string.Empty;

    /// <summary>Ttl as registered, when it was a point in time; null else.</summary>
    public string? TtlText { get; init; }

    /// <summary>Changes with every registration, so that the bookkeeping of a tick never touches a reminder that was replaced meanwhile.</summary>
    public required long Version { get; init; }
}

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
}

/// <summary>Implemented by state stores that also keep reminders, in the same file and the same commit.</summary>
public interface IReminderStoreProvider
{
    /// <summary>The reminder store beside the state.</summary>
    IReminderStore Reminders { get; }
}
