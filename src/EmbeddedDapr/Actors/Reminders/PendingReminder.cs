namespace EmbeddedDapr.Actors;

/// <summary>Key of a reminder.</summary>
internal readonly record struct ReminderKey(string ActorType, string ActorId, string Name)
{
    public static ReminderKey Of(ReminderRecord record) => new(record.ActorType, record.ActorId, record.Name);
}

/// <summary>A reminder in memory.</summary>
internal sealed class PendingReminder(ReminderRecord record)
{
    public ReminderRecord Record { get; } = record;

    public PendingState State { get; set; }

    /// <summary>Registered anew while it fired: follows it.</summary>
    public ReminderRecord? Successor { get; set; }

    /// <summary>Registered anew or deleted while it fired: what follows from its own tick no longer counts.</summary>
    public bool IsSuperseded { get; set; }

    public int Page { get; set; }
}

/// <summary>Where a reminder in memory stands.</summary>
internal enum PendingState
{
    /// <summary>Waits for its time.</summary>
    Waiting,

    /// <summary>Due, waits for a free slot.</summary>
    Ready,

    /// <summary>Its callback is under way.</summary>
    Firing,

    /// <summary>No longer in the window.</summary>
    Dead,
}
