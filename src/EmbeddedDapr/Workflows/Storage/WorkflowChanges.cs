namespace EmbeddedDapr.Workflows.Storage;

/// <summary>A new instance, or a new use of an id whose instance has ended.</summary>
internal sealed record WorkflowStart
{
    /// <summary>The instance; its version is 1.</summary>
    public required WorkflowRow Row { get; init; }

    /// <summary>Its first events.</summary>
    public required InboxRow Inbox { get; init; }

    /// <summary>History that it begins with (a rerun); null: none.</summary>
    public HistoryChunk? History { get; init; }

    /// <summary>Tasks of that history that are still to be done.</summary>
    public IReadOnlyList<int> Tasks { get; init; } = [];

    /// <summary>Timers of that history that are still to fire.</summary>
    public IReadOnlyList<KeyValuePair<int, DateTimeOffset>> Timers { get; init; } = [];

    /// <summary>The ended instance whose place it takes; null: the id must be free. Not used for children, which may take the place of any ended instance.</summary>
    public WorkflowRow? Replaces { get; init; }

    /// <summary>What goes into the inbox of the instance that asked for this one if an active instance has the id; null: nothing.</summary>
    public InboxRow? IfOccupied { get; init; }
}

/// <summary>Events for the inbox of an instance, which get lost if it has ended meanwhile.</summary>
internal sealed record WorkflowPost
{
    /// <summary>Instance id.</summary>
    public required string InstanceId { get; init; }

    /// <summary>The use of the id that is meant; null: whichever is active.</summary>
    public long? Key { get; init; }

    /// <summary>The execution that is meant; null: any.</summary>
    public string? ExecutionId { get; init; }

    /// <summary>The parent that it must have; null: any.</summary>
    public string? ParentId { get; init; }

    /// <summary>The events.</summary>
    public required InboxRow Inbox { get; init; }

    /// <summary>The task whose result this is; it is no longer to be done. Null: none.</summary>
    public int? Task { get; init; }
}

/// <summary>Committed events of one turn.</summary>
/// <param name="First">How many events of the generation came before.</param>
/// <param name="Count">Events.</param>
/// <param name="Events">Events in the form of <see cref="EventChunk"/>.</param>
internal sealed record HistoryChunk(int First, int Count, ReadOnlyMemory<byte> Events);

/// <summary>What one turn changes, all of it or nothing.</summary>
internal sealed record WorkflowChange
{
    /// <summary>The instance afterwards; its version is one more than what the turn was based on.</summary>
    public required WorkflowRow Row { get; init; }

    /// <summary>A new generation: history, tasks, timers and results of the old one go first.</summary>
    public bool IsNewGeneration { get; init; }

    /// <summary>Added to the history; null: nothing.</summary>
    public HistoryChunk? History { get; init; }

    /// <summary>Entries of the inbox that the turn has used.</summary>
    public IReadOnlyList<long> InboxTaken { get; init; } = [];

    /// <summary>New entries of its own inbox.</summary>
    public IReadOnlyList<InboxRow> InboxAdded { get; init; } = [];

    /// <summary>Tasks to be done from now on.</summary>
    public IReadOnlyList<int> TasksAdded { get; init; } = [];

    /// <summary>None of its tasks is to be done any more.</summary>
    public bool DropsTasks { get; init; }

    /// <summary>Timers from now on.</summary>
    public IReadOnlyList<KeyValuePair<int, DateTimeOffset>> TimersAdded { get; init; } = [];

    /// <summary>Timers that have fired, or are not needed any more.</summary>
    public IReadOnlyList<int> TimersRemoved { get; init; } = [];

    /// <summary>No timer is needed any more but those that are added.</summary>
    public bool DropsTimers { get; init; }

    /// <summary>Instances to begin.</summary>
    public IReadOnlyList<WorkflowStart> Starts { get; init; } = [];

    /// <summary>Events for other instances.</summary>
    public IReadOnlyList<WorkflowPost> Posts { get; init; } = [];
}

/// <summary>What became of a <see cref="WorkflowStart"/>.</summary>
internal enum StartOutcome
{
    /// <summary>It is there.</summary>
    Started,

    /// <summary>It was there already: the same parent's same action made it.</summary>
    AlreadyThere,

    /// <summary>Another instance has the id.</summary>
    Occupied,
}

/// <summary>What became of a <see cref="WorkflowChange"/>.</summary>
/// <param name="IsCommitted">False: somebody else has changed the instance since it was read; nothing was written.</param>
/// <param name="Starts">For each start.</param>
/// <param name="Posts">For each post, the key of the instance that has it; 0: lost.</param>
internal sealed record ChangeOutcome(bool IsCommitted, IReadOnlyList<StartOutcome> Starts, IReadOnlyList<long> Posts)
{
    public static ChangeOutcome Conflict { get; } = new(false, [], []);
}
