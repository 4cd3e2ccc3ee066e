using EmbeddedDapr.Actors;

namespace EmbeddedDapr.Components.Sqlite.Reminders;

/// <summary>The table of reminders: ordered by key, with an index by type and due time, so that a window of time is read without touching the rest.</summary>
internal sealed class ReminderTable(string table)
{
    private const string Columns =
        "actor_type, actor_id, name, next_due, failed_tries, period, remaining, expires_at, data, due_text, period_text, ttl_text, version, retry_interval, retries_max";

    private readonly SqlText _get = new($"SELECT {Columns} FROM \"{table}\" WHERE actor_type = ? AND actor_id = ? AND name = ?");
    private readonly SqlText _exists = new($"SELECT 1 FROM \"{table}\" WHERE actor_type = ? AND actor_id = ? AND name = ?");
    private readonly SqlText _deleteOfType = new($"DELETE FROM \"{table}\" WHERE actor_type = ?");
    private readonly SqlText _deleteOfActor = new($"DELETE FROM \"{table}\" WHERE actor_type = ? AND actor_id = ?");
    private readonly SqlText _column = new("SELECT 1 FROM pragma_table_info(?) WHERE name = ?");
    private readonly SqlText _delete = new($"DELETE FROM \"{table}\" WHERE actor_type = ? AND actor_id = ? AND name = ?");
    private readonly SqlText _deleteFired = new($"DELETE FROM \"{table}\" WHERE actor_type = ? AND actor_id = ? AND name = ? AND version = ?");
    private readonly SqlText _due = new($"SELECT {Columns} FROM \"{table}\" WHERE actor_type = ? AND next_due < ? ORDER BY next_due LIMIT ?");
    private readonly SqlText _nextDue = new($"SELECT next_due FROM \"{table}\" WHERE actor_type = ? AND next_due >= ? ORDER BY next_due LIMIT 1");
    private readonly SqlText _ofType = new($"SELECT {Columns} FROM \"{table}\" WHERE actor_type = ? ORDER BY name, actor_id LIMIT ?");
    private readonly SqlText _ofActor = new($"SELECT {Columns} FROM \"{table}\" WHERE actor_type = ? AND actor_id = ? ORDER BY name LIMIT ?");

    // The key columns are not assigned in the update, so an unchanged due time leaves the index alone.
    private readonly SqlText _put = new($"""
        INSERT INTO "{table}" ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
        ON CONFLICT (actor_type, actor_id, name) DO UPDATE SET next_due = ?4, failed_tries = ?5, period = ?6, remaining = ?7,
          expires_at = ?8, data = ?9, due_text = ?10, period_text = ?11, ttl_text = ?12, version = ?13, retry_interval = ?14, retries_max = ?15
        """);

    private readonly SqlText _advance = new($"""
        UPDATE "{table}" SET next_due = ?4, failed_tries = ?5, period = ?6, remaining = ?7, expires_at = ?8, data = ?9, due_text = ?10,
          period_text = ?11, ttl_text = ?12, version = ?13, retry_interval = ?14, retries_max = ?15
        WHERE actor_type = ?1 AND actor_id = ?2 AND name = ?3 AND version = ?16
        """);

    public bool Create(SqliteSession session)
    {
        session.Execute($"""
            CREATE TABLE IF NOT EXISTS "{table}" (
              actor_type TEXT NOT NULL, actor_id TEXT NOT NULL, name TEXT NOT NULL,
              next_due INTEGER NOT NULL, failed_tries INTEGER NOT NULL, period INTEGER, remaining INTEGER, expires_at INTEGER,
              data BLOB NOT NULL, due_text TEXT NOT NULL, period_text TEXT NOT NULL, ttl_text TEXT, version INTEGER NOT NULL,
              retry_interval INTEGER, retries_max INTEGER,
              PRIMARY KEY (actor_type, actor_id, name)
            ) WITHOUT ROWID
            """);
        AddColumn(session, "retry_interval");
        AddColumn(session, "retries_max");
        session.Execute($"CREATE INDEX IF NOT EXISTS \"{table}_due\" ON \"{table}\" (actor_type, next_due)");
        return true;
    }

    public bool Put(SqliteSession session, ReminderRecord reminder, bool overwrite)
    {
        if (!overwrite)
        {
            using var exists = Key(session.Use(_exists), reminder.ActorType, reminder.ActorId, reminder.Name);
            if (exists.Step())
            {
                return false;
            }
        }

        using var put = session.Use(_put);
        BindAll(put, reminder).Run();
        return true;
    }

    public ReminderRecord? Get(SqliteSession session, string actorType, string actorId, string name)
    {
        using var row = Key(session.Use(_get), actorType, actorId, name);
        return row.Step() ? Read(row) : null;
    }

    public void Delete(SqliteSession session, string actorType, string actorId, string name)
    {
        using var delete = Key(session.Use(_delete), actorType, actorId, name);
        delete.Run();
    }

    public void DeleteAll(SqliteSession session, string actorType, string? actorId)
    {
        using var delete = actorId is null ? session.Use(_deleteOfType).Bind(1, actorType) : session.Use(_deleteOfActor).Bind(1, actorType).Bind(2, actorId);
        delete.Run();
    }

    public void Advance(SqliteSession session, ReminderRecord fired, ReminderRecord? next)
    {
        if (next is null)
        {
            using var delete = Key(session.Use(_deleteFired), fired.ActorType, fired.ActorId, fired.Name);
            delete.Bind(4, fired.Version).Run();
            return;
        }

        using var advance = session.Use(_advance);
        BindAll(advance, next).Bind(16, fired.Version).Run();
    }

    public IReadOnlyList<ReminderRecord> Due(SqliteSession session, IReadOnlyCollection<string> actorTypes, DateTimeOffset before, int limit)
    {
        List<ReminderRecord> due = [];
        foreach (var type in actorTypes)
        {
            using var rows = session.Use(_due).Bind(1, type).Bind(2, before.UtcTicks).Bind(3, limit);
            ReadAll(rows, due);
        }

        if (actorTypes.Count > 1)
        {
            due.Sort(static (a, b) => a.NextDue.CompareTo(b.NextDue));
        }

        return due.Count > limit ? due.GetRange(0, limit) : due;
    }

    public DateTimeOffset? NextDue(SqliteSession session, IReadOnlyCollection<string> actorTypes, DateTimeOffset from)
    {
        long? earliest = null;
        foreach (var type in actorTypes)
        {
            using var row = session.Use(_nextDue).Bind(1, type).Bind(2, from.UtcTicks);
            if (row.Step() && (earliest is null || row.Int64(0) < earliest))
            {
                earliest = row.Int64(0);
            }
        }

        return earliest is { } ticks ? Time(ticks) : null;
    }

    public IReadOnlyList<ReminderRecord> List(SqliteSession session, string actorType, string? actorId, int limit)
    {
        List<ReminderRecord> found = [];
        using var rows = actorId is null
            ? session.Use(_ofType).Bind(1, actorType).Bind(2, limit)
            : session.Use(_ofActor).Bind(1, actorType).Bind(2, actorId).Bind(3, limit);
        ReadAll(rows, found);
        return found;
    }

    /// <summary>Files of earlier versions lack the columns that came later; NULL in them is what those versions did.</summary>
    private void AddColumn(SqliteSession session, string column)
    {
        bool known;
        using (var row = session.Use(_column).Bind(1, table).Bind(2, column))
        {
            known = row.Step();
        }

        if (!known)
        {
            session.Execute($"ALTER TABLE \"{table}\" ADD COLUMN {column} INTEGER");
        }
    }

    private static SqliteStatement Key(SqliteStatement statement, string actorType, string actorId, string name) =>
        statement.Bind(1, actorType).Bind(2, actorId).Bind(3, name);

    private static SqliteStatement BindAll(SqliteStatement statement, ReminderRecord reminder) =>
        Key(statement, reminder.ActorType, reminder.ActorId, reminder.Name)
            .Bind(4, reminder.NextDue.UtcTicks)
            .Bind(5, reminder.FailedTries)
            .Bind(6, reminder.Period?.Ticks)
            .Bind(7, reminder.Remaining)
            .Bind(8, reminder.ExpiresAt?.UtcTicks)
            .BindBlob(9, reminder.Data.Span)
            .Bind(10, reminder.DueTimeText)
            .Bind(11, reminder.PeriodText)
            .Bind(12, reminder.TtlText)
            .Bind(13, reminder.Version)
            .Bind(14, reminder.Policy == ReminderFailurePolicy.Default ? default(long?) : reminder.Policy.Interval.Ticks)
            .Bind(15, reminder.Policy == ReminderFailurePolicy.Default ? default(long?) : reminder.Policy.RetriesMax);

    private static void ReadAll(SqliteStatement rows, List<ReminderRecord> into)
    {
        while (rows.Step())
        {
            into.Add(Read(rows));
        }
    }

    private static ReminderRecord Read(SqliteStatement row) => new()
    {
        ActorType = row.Text(0),
        ActorId = row.Text(1),
        Name = row.Text(2),
        NextDue = Time(row.Int64(3)),
        FailedTries = (int)row.Int64(4),
        Period = row.NullableInt64(5) is { } period ? TimeSpan.FromTicks(period) : null,
        Remaining = (int?)row.NullableInt64(6),
        ExpiresAt = row.NullableInt64(7) is { } expires ? Time(expires) : null,
        Data = row.Bytes(8).ToArray(),
        DueTimeText = row.Text(9),
        PeriodText = row.Text(10),
        TtlText = row.NullableText(11),
        Version = row.Int64(12),
        Policy = row.NullableInt64(13) is { } interval
            ? new ReminderFailurePolicy(TimeSpan.FromTicks(interval), (int?)row.NullableInt64(14))
            : ReminderFailurePolicy.Default,
    };

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);
}
