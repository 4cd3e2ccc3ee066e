using EmbeddedDapr.Actors;

namespace EmbeddedDapr.Components.Sqlite.Reminders;

/// <summary>Reminders beside the state of <c>state.sqlite</c>, in the same file and the same commits.</summary>
internal sealed class SqliteReminderStore(SqliteDatabase database, ReminderTable table) : IReminderStore
{
    /// <inheritdoc/>
    public ValueTask<bool> PutAsync(ReminderRecord reminder, bool overwrite, CancellationToken cancellationToken) =>
        database.WriteAsync(new Put(table, reminder, overwrite, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReminderRecord?> GetAsync(string actorType, string actorId, string name, CancellationToken cancellationToken) => database.ReadAsync(
        (Table: table, actorType, actorId, name),
        static (session, ask) => ask.Table.Get(session, ask.actorType, ask.actorId, ask.name),
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string actorType, string actorId, string name, CancellationToken cancellationToken) =>
        await database.WriteAsync(new Delete(table, actorType, actorId, name, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask AdvanceAsync(ReminderRecord fired, ReminderRecord? next, CancellationToken cancellationToken) =>
        await database.WriteAsync(new Advance(table, fired, next, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ReminderRecord>> DueAsync(
        IReadOnlyCollection<string> actorTypes,
        DateTimeOffset before,
        int limit,
        CancellationToken cancellationToken) => database.ReadSnapshotAsync(
            (Table: table, actorTypes, before, limit),
            static (session, ask) => ask.Table.Due(session, ask.actorTypes, ask.before, ask.limit),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DateTimeOffset?> NextDueAsync(IReadOnlyCollection<string> actorTypes, DateTimeOffset from, CancellationToken cancellationToken) =>
        database.ReadSnapshotAsync(
            (Table: table, actorTypes, from),
            static (session, ask) => ask.Table.NextDue(session, ask.actorTypes, ask.from),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ReminderRecord>> ListAsync(string actorType, string? actorId, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(
            (Table: table, actorType, actorId, limit),
            static (session, ask) => ask.Table.List(session, ask.actorType, ask.actorId, ask.limit),
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DeleteAllAsync(string actorType, string? actorId, CancellationToken cancellationToken) =>
        await database.WriteAsync(new DeleteAll(table, actorType, actorId, cancellationToken), cancellationToken);

    private sealed class Put(ReminderTable table, ReminderRecord reminder, bool overwrite, CancellationToken cancellationToken) : WriteUnit<bool>(cancellationToken)
    {
        protected override bool Answer(SqliteSession session) => table.Put(session, reminder, overwrite);
    }

    private sealed class Delete(ReminderTable table, string actorType, string actorId, string name, CancellationToken cancellationToken)
        : WriteUnit<bool>(cancellationToken)
    {
        protected override bool Answer(SqliteSession session)
        {
            table.Delete(session, actorType, actorId, name);
            return true;
        }
    }

    private sealed class DeleteAll(ReminderTable table, string actorType, string? actorId, CancellationToken cancellationToken) : WriteUnit<bool>(cancellationToken)
    {
        protected override bool Answer(SqliteSession session)
        {
            table.DeleteAll(session, actorType, actorId);
            return true;
        }
    }

    private sealed class Advance(ReminderTable table, ReminderRecord fired, ReminderRecord? next, CancellationToken cancellationToken)
        : WriteUnit<bool>(cancellationToken)
    {
        protected override bool Answer(SqliteSession session)
        {
            table.Advance(session, fired, next);
            return true;
        }
    }
}
