using EmbeddedDapr.Workflows.Storage;
using TaskHub.Protocol;

namespace EmbeddedDapr.Components.InMemory;

/// <summary>The workflows of one app, gone with the process.</summary>
internal sealed class InMemoryWorkflowStore : IWorkflowStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Instance> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<long, Instance> _byKey = [];

    /// <inheritdoc/>
    public ValueTask<WorkflowRow?> FindAsync(string instanceId, CancellationToken cancellationToken) => Read(() => _byId.GetValueOrDefault(instanceId)?.Row);

    /// <inheritdoc/>
    public ValueTask<WorkflowSnapshot?> LoadAsync(string instanceId, CancellationToken cancellationToken) => Read(() => _byId.GetValueOrDefault(instanceId)?.Snapshot());

    /// <inheritdoc/>
    public ValueTask<WorkflowEnds> EndsAsync(long key, CancellationToken cancellationToken) => Read(() => _byKey.GetValueOrDefault(key)?.Ends() ?? new WorkflowEnds(default, default));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> PendingAsync(CancellationToken cancellationToken) => Read<IReadOnlyList<string>>(() =>
        [.. _byId.Values.Where(one => one.Tasks.Count > 0 || (one.Inbox.Count > 0 && !one.Timers.ContainsKey(EngineTimers.Start))).Select(one => one.Row.Id)]);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<TimerRow>> DueAsync(DateTimeOffset from, DateTimeOffset before, int limit, CancellationToken cancellationToken) => Read<IReadOnlyList<TimerRow>>(() =>
        [.. AllTimers().Where(timer => timer.DueAt >= from && timer.DueAt < before).OrderBy(timer => timer.DueAt).Take(limit)]);

    /// <inheritdoc/>
    public ValueTask<DateTimeOffset?> NextDueAsync(DateTimeOffset from, CancellationToken cancellationToken) =>
        Read(() => AllTimers().Where(timer => timer.DueAt >= from).Select(timer => (DateTimeOffset?)timer.DueAt).Min());

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<OrchestrationStatus, int>> CountAsync(CancellationToken cancellationToken) => Read<IReadOnlyDictionary<OrchestrationStatus, int>>(() =>
        _byId.Values.GroupBy(one => one.Row.Status).ToDictionary(group => group.Key, group => group.Count()));

    /// <inheritdoc/>
    public ValueTask<long> LastSequenceAsync(CancellationToken cancellationToken) => ValueTask.FromResult(0L);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<WorkflowRow>> ListAsync(WorkflowQuery query, CancellationToken cancellationToken) => Read<IReadOnlyList<WorkflowRow>>(() =>
    {
        var rows = _byId.Values.Select(one => one.Row).Where(row =>
            (query.Statuses.Count == 0 || query.Statuses.Contains(row.Status))
            && (query.Name is null || row.Name == query.Name)
            && (query.IdContains is null || row.Id.Contains(query.IdContains, StringComparison.Ordinal))
            && (query.CreatedFrom is null || row.CreatedAt >= query.CreatedFrom)
            && (query.CreatedTo is null || row.CreatedAt < query.CreatedTo));
        static (bool IsTerminal, DateTimeOffset UpdatedAt, long Key) Order(WorkflowRow row) => (row.IsTerminal, row.UpdatedAt, row.Key);
        if (query.StillestFirst)
        {
            var after = query.After;
            return [.. rows.Where(row => after is null || Order(row).CompareTo((after.IsTerminal, after.UpdatedAt, after.Key)) > 0).OrderBy(Order).Take(query.Limit)];
        }

        return [.. rows.Where(row => query.After is null || row.Key > query.After.Key).OrderBy(row => row.Key).Take(query.Limit)];
    });

    /// <inheritdoc/>
    public Task<bool> StartAsync(WorkflowStart start)
    {
        lock (_gate)
        {
            var existing = _byId.GetValueOrDefault(start.Row.Id);
            if (existing is null ? start.Replaces is not null : start.Replaces?.Key != existing.Row.Key || start.Replaces.Version != existing.Row.Version || !existing.Row.IsTerminal)
            {
                return Task.FromResult(false);
            }

            Insert_NeedsLock(start);
            return Task.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public ValueTask<Task<bool>> PostAsync(WorkflowPost post)
    {
        lock (_gate)
        {
            return ValueTask.FromResult(Task.FromResult(Deliver_NeedsLock(post) != 0));
        }
    }

    /// <inheritdoc/>
    public Task<ChangeOutcome> CommitAsync(WorkflowChange change)
    {
        lock (_gate)
        {
            if (!_byKey.TryGetValue(change.Row.Key, out var one) || one.Row.Version != change.Row.Version - 1)
            {
                return Task.FromResult(ChangeOutcome.Conflict);
            }

            one.Apply(change);
            var starts = change.Starts.Select(start => StartChild_NeedsLock(one, start)).ToArray();
            var posts = change.Posts.Select(Deliver_NeedsLock).ToArray();
            return Task.FromResult(new ChangeOutcome(true, starts, posts));
        }
    }

    /// <inheritdoc/>
    public Task ForgetTaskAsync(long key, int task)
    {
        lock (_gate)
        {
            _byKey.GetValueOrDefault(key)?.Tasks.Remove(task);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<bool> PurgeAsync(string instanceId, long? key, bool onlyTerminal)
    {
        lock (_gate)
        {
            if (!_byId.TryGetValue(instanceId, out var one) || (key is not null && one.Row.Key != key) || (onlyTerminal && !one.Row.IsTerminal))
            {
                return Task.FromResult(false);
            }

            _byId.Remove(instanceId);
            _byKey.Remove(one.Row.Key);
            return Task.FromResult(true);
        }
    }

    private ValueTask<T> Read<T>(Func<T> read)
    {
        lock (_gate)
        {
            return ValueTask.FromResult(read());
        }
    }

    private IEnumerable<TimerRow> AllTimers() => _byId.Values.SelectMany(one => one.Timers, static (one, timer) => new TimerRow(one.Row.Key, one.Row.Id, timer.Key, timer.Value));

    private void Insert_NeedsLock(WorkflowStart start)
    {
        if (_byId.Remove(start.Row.Id, out var earlier))
        {
            _byKey.Remove(earlier.Row.Key);
        }

        var one = new Instance(start);
        _byId.Add(start.Row.Id, one);
        _byKey.Add(start.Row.Key, one);
    }

    private StartOutcome StartChild_NeedsLock(Instance parent, WorkflowStart start)
    {
        if (_byId.GetValueOrDefault(start.Row.Id)?.Row is not { IsTerminal: false } existing)
        {
            Insert_NeedsLock(start);
            return StartOutcome.Started;
        }

        if (start.Row.ParentId is not null && existing.ParentExecutionId == start.Row.ParentExecutionId && existing.ParentTask == start.Row.ParentTask)
        {
            return StartOutcome.AlreadyThere;
        }

        if (start.IfOccupied is { } row)
        {
            parent.Inbox[row.Sequence] = row;
        }

        return StartOutcome.Occupied;
    }

    private long Deliver_NeedsLock(WorkflowPost post)
    {
        if (!_byId.TryGetValue(post.InstanceId, out var one) || one.Row is not { IsTerminal: false } row
            || (post.Key is { } key && key != row.Key)
            || (post.ExecutionId is { } execution && execution != row.ExecutionId)
            || (post.ParentId is { } parent && parent != row.ParentId)
            || (post.Inbox.Generation > 0 && post.Inbox.Generation != row.Generation))
        {
            return 0;
        }

        one.Inbox[post.Inbox.Sequence] = post.Inbox with { Generation = post.Inbox.Generation < 0 ? row.Generation : post.Inbox.Generation };
        if (post.Task is { } task)
        {
            one.Tasks.Remove(task);
        }

        return row.Key;
    }

    /// <summary>One instance. Guarded by the store's lock.</summary>
    private sealed class Instance
    {
        private readonly List<HistoryChunk> _history = [];

        public Instance(WorkflowStart start)
        {
            Row = start.Row;
            Inbox.Add(start.Inbox.Sequence, start.Inbox);
            if (start.History is { } history)
            {
                _history.Add(history);
            }

            Add(start.Tasks, start.Timers);
        }

        public WorkflowRow Row { get; private set; }

        public SortedDictionary<long, InboxRow> Inbox { get; } = [];

        public SortedSet<int> Tasks { get; } = [];

        public Dictionary<int, DateTimeOffset> Timers { get; } = [];

        public void Apply(WorkflowChange change)
        {
            Row = change.Row;
            if (change.IsNewGeneration)
            {
                _history.Clear();
                foreach (var sequence in Inbox.Values.Where(row => row.Generation != 0).Select(row => row.Sequence).ToArray())
                {
                    Inbox.Remove(sequence);
                }
            }

            if (change.DropsTasks)
            {
                Tasks.Clear();
            }

            if (change.DropsTimers)
            {
                Timers.Clear();
            }

            foreach (var timer in change.TimersRemoved)
            {
                Timers.Remove(timer);
            }

            foreach (var sequence in change.InboxTaken)
            {
                Inbox.Remove(sequence);
            }

            if (Row.IsTerminal)
            {
                Inbox.Clear();
            }

            if (change.History is { } history)
            {
                _history.Add(history);
            }

            foreach (var row in change.InboxAdded)
            {
                Inbox[row.Sequence] = row;
            }

            Add(change.TasksAdded, change.TimersAdded);
        }

        public WorkflowSnapshot Snapshot() => new()
        {
            Row = Row,
            History = [.. _history.SelectMany(chunk => chunk.Events.ToArray())],
            Inbox = [.. Inbox.Values],
            Tasks = [.. Tasks],
            Timers = [.. Timers.Select(timer => new TimerRow(Row.Key, Row.Id, timer.Key, timer.Value))],
        };

        public WorkflowEnds Ends() => _history.Count > 0
            ? new WorkflowEnds(_history[0].Events, _history[^1].Events)
            : new WorkflowEnds(Inbox.Count > 0 ? Inbox.Values.First().Events : default, default);

        private void Add(IEnumerable<int> tasks, IEnumerable<KeyValuePair<int, DateTimeOffset>> timers)
        {
            foreach (var task in tasks)
            {
                Tasks.Add(task);
            }

            foreach (var (timer, due) in timers)
            {
                Timers[timer] = due;
            }
        }
    }
}
