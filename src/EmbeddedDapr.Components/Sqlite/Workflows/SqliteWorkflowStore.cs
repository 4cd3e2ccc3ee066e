using EmbeddedDapr.Workflows.Storage;
using TaskHub.Protocol;

namespace EmbeddedDapr.Components.Sqlite.Workflows;

/// <summary>The workflows of one app beside the state of <c>state.sqlite</c>, in the same file and the same commits.</summary>
internal sealed class SqliteWorkflowStore(SqliteDatabase database, WorkflowTables tables, string app) : IWorkflowStore
{
    /// <inheritdoc/>
    public ValueTask<WorkflowRow?> FindAsync(string instanceId, CancellationToken cancellationToken) =>
        database.ReadAsync((tables, app, instanceId), static (session, ask) => ask.tables.Find(session, ask.app, ask.instanceId), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<WorkflowSnapshot?> LoadAsync(string instanceId, CancellationToken cancellationToken) =>
        database.ReadSnapshotAsync((tables, app, instanceId), static (session, ask) => ask.tables.Load(session, ask.app, ask.instanceId), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<WorkflowEnds> EndsAsync(long key, CancellationToken cancellationToken) =>
        database.ReadSnapshotAsync((tables, key), static (session, ask) => ask.tables.Ends(session, ask.key), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> PendingAsync(CancellationToken cancellationToken) =>
        database.ReadAsync((tables, app), static (session, ask) => ask.tables.Pending(session, ask.app), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<TimerRow>> DueAsync(DateTimeOffset from, DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(
            (tables, app, from, before, limit), static (session, ask) => ask.tables.Due(session, ask.app, ask.from, ask.before, ask.limit), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DateTimeOffset?> NextDueAsync(DateTimeOffset from, CancellationToken cancellationToken) =>
        database.ReadAsync((tables, app, from), static (session, ask) => ask.tables.NextDue(session, ask.app, ask.from), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<WorkflowRow>> ListAsync(WorkflowQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync((tables, app, query), static (session, ask) => ask.tables.List(session, ask.app, ask.query), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<OrchestrationStatus, int>> CountAsync(CancellationToken cancellationToken) =>
        database.ReadAsync((tables, app), static (session, ask) => ask.tables.Counts(session, ask.app), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long> LastSequenceAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(tables, static (session, ask) => ask.LastSequence(session), cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> StartAsync(WorkflowStart start) => await database.WriteAsync(new StartUnit(tables, app, start), CancellationToken.None);

    /// <inheritdoc/>
    public async ValueTask<Task<bool>> PostAsync(WorkflowPost post)
    {
        var unit = new PostUnit(tables, app, post);
        await database.EnqueueAsync(unit, CancellationToken.None);
        return unit.Completion;
    }

    /// <inheritdoc/>
    public async Task<ChangeOutcome> CommitAsync(WorkflowChange change) => await database.WriteAsync(new CommitUnit(tables, app, change), CancellationToken.None);

    /// <inheritdoc/>
    public async Task ForgetTaskAsync(long key, int task) => await database.WriteAsync(session => tables.ForgetTask(session, key, task), CancellationToken.None);

    /// <inheritdoc/>
    public async Task<bool> PurgeAsync(string instanceId, long? key, bool onlyTerminal) =>
        await database.WriteAsync(session => tables.Purge(session, app, instanceId, key, onlyTerminal), CancellationToken.None);

    private sealed class StartUnit(WorkflowTables tables, string app, WorkflowStart start) : WriteUnit<bool>(CancellationToken.None)
    {
        protected override bool Answer(SqliteSession session) => tables.Start(session, app, start);
    }

    private sealed class PostUnit(WorkflowTables tables, string app, WorkflowPost post) : WriteUnit<bool>(CancellationToken.None)
    {
        protected override bool Answer(SqliteSession session) => tables.Post(session, app, post);
    }

    private sealed class CommitUnit(WorkflowTables tables, string app, WorkflowChange change) : WriteUnit<ChangeOutcome>(CancellationToken.None)
    {
        protected override ChangeOutcome Answer(SqliteSession session) => tables.Commit(session, app, change);
    }
}
