using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows.Storage;

/// <summary>Everything stored of one instance.</summary>
internal sealed record WorkflowSnapshot
{
    public required WorkflowRow Row { get; init; }

    /// <summary>Committed events, in the form of <see cref="EventChunk"/>, all chunks one after the other.</summary>
    public required byte[] History { get; init; }

    /// <summary>Not yet used, in order.</summary>
    public required IReadOnlyList<InboxRow> Inbox { get; init; }

    /// <summary>To be done.</summary>
    public required IReadOnlyList<int> Tasks { get; init; }

    /// <summary>Not fired.</summary>
    public required IReadOnlyList<TimerRow> Timers { get; init; }
}

/// <summary>The events that show input and output of an instance.</summary>
/// <param name="First">First turn of the generation, or what is in the inbox before it.</param>
/// <param name="Last">Last turn.</param>
internal sealed record WorkflowEnds(ReadOnlyMemory<byte> First, ReadOnlyMemory<byte> Last);

/// <summary>Which instances a list has.</summary>
internal sealed record WorkflowQuery
{
    /// <summary>Only these; empty: all.</summary>
    public IReadOnlyList<OrchestrationStatus> Statuses { get; init; } = [];

    /// <summary>Only instances of this workflow; null: of all.</summary>
    public string? Name { get; init; }

    /// <summary>Only those with this in their id; null: all.</summary>
    public string? IdContains { get; init; }

    /// <summary>Only what was created at or after; null: all.</summary>
    public DateTimeOffset? CreatedFrom { get; init; }

    /// <summary>Only what was created before; null: all.</summary>
    public DateTimeOffset? CreatedTo { get; init; }

    /// <summary>Where the page before ended.</summary>
    public WorkflowPosition? After { get; init; }

    /// <summary>Active instances whose latest event is longest ago come first; else the order is that of creation.</summary>
    public bool StillestFirst { get; init; }

    /// <summary>Most instances of the page.</summary>
    public required int Limit { get; init; }
}

/// <summary>The last instance of a page.</summary>
/// <param name="IsTerminal">Ended ones come last where the stillest come first.</param>
/// <param name="UpdatedAt">Its latest event.</param>
/// <param name="Key">Its key.</param>
internal sealed record WorkflowPosition(bool IsTerminal, DateTimeOffset UpdatedAt, long Key);

/// <summary>
/// Where the workflows of one app lie. What a completed task reports is on disk where the store is durable. Writes take effect in the order of the calls. Thread safe.
/// </summary>
internal interface IWorkflowStore
{
    /// <summary>One instance; null: unknown.</summary>
    ValueTask<WorkflowRow?> FindAsync(string instanceId, CancellationToken cancellationToken);

    /// <summary>One instance with all that belongs to it; null: unknown.</summary>
    ValueTask<WorkflowSnapshot?> LoadAsync(string instanceId, CancellationToken cancellationToken);

    /// <summary>The events that show input and output.</summary>
    ValueTask<WorkflowEnds> EndsAsync(long key, CancellationToken cancellationToken);

    /// <summary>Instances that have something to do now: an inbox that is not empty, tasks to be done.</summary>
    ValueTask<IReadOnlyList<string>> PendingAsync(CancellationToken cancellationToken);

    /// <summary>Up to <paramref name="limit"/> timers that are due before, earliest first.</summary>
    ValueTask<IReadOnlyList<TimerRow>> DueAsync(DateTimeOffset from, DateTimeOffset before, int limit, CancellationToken cancellationToken);

    /// <summary>Due time of the first timer at or after; null: there is none.</summary>
    ValueTask<DateTimeOffset?> NextDueAsync(DateTimeOffset from, CancellationToken cancellationToken);

    /// <summary>A page of instances.</summary>
    ValueTask<IReadOnlyList<WorkflowRow>> ListAsync(WorkflowQuery query, CancellationToken cancellationToken);

    /// <summary>Instances by status.</summary>
    ValueTask<IReadOnlyDictionary<OrchestrationStatus, int>> CountAsync(CancellationToken cancellationToken);

    /// <summary>Begins an instance. False: the id is in use, or what it should replace has changed.</summary>
    Task<bool> StartAsync(WorkflowStart start);

    /// <summary>Puts events into an inbox. The outer task completes when the order is settled, the inner one when it is written, with false if the instance has ended.</summary>
    ValueTask<Task<bool>> PostAsync(WorkflowPost post);

    /// <summary>Commits a turn.</summary>
    Task<ChangeOutcome> CommitAsync(WorkflowChange change);

    /// <summary>A task of an ended instance is done.</summary>
    Task ForgetTaskAsync(long key, int task);

    /// <summary>Removes an instance and all that belongs to it. False: it is not there, or is active although <paramref name="onlyTerminal"/>.</summary>
    Task<bool> PurgeAsync(string instanceId, long? key, bool onlyTerminal);

    /// <summary>Highest sequence number in use; 0: none.</summary>
    ValueTask<long> LastSequenceAsync(CancellationToken cancellationToken);
}

/// <summary>Implemented by state stores that keep workflows, too, in the same file.</summary>
internal interface IWorkflowStoreProvider
{
    /// <summary>The workflows of an app.</summary>
    ValueTask<IWorkflowStore> WorkflowsAsync(string appId, CancellationToken cancellationToken);
}
