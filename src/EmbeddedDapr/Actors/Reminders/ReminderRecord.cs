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

    /// <summary>What follows a try that failed.</summary>
    public ReminderFailurePolicy Policy { get; init; } = ReminderFailurePolicy.Default;

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

    /// <summary>Period as readers are told it, such as <c>@every 1m30s</c>; empty: fires once.</summary>
    public string PeriodDescription => Period is { } period ? "@every " + GoDuration.Format(period) : string.Empty;

    /// <summary>Ttl as registered, when it was a point in time; null else.</summary>
    public string? TtlText { get; init; }

    /// <summary>Changes with every registration, so that the bookkeeping of a tick never touches a reminder that was replaced meanwhile.</summary>
    public required long Version { get; init; }
}

/// <summary>How a tick that failed is tried again.</summary>
/// <param name="Interval">Time between tries, counted from the tick's due time; not negative.</param>
/// <param name="RetriesMax">Tries after the first; null: without end.</param>
public readonly record struct ReminderFailurePolicy(TimeSpan Interval, int? RetriesMax)
{
    /// <summary>Three more tries, one second apart: what daprd does unless told otherwise.</summary>
    public static ReminderFailurePolicy Default { get; } = new(TimeSpan.FromSeconds(1), 3);

    /// <summary>One try.</summary>
    public static ReminderFailurePolicy Drop { get; } = new(TimeSpan.Zero, 0);
}
