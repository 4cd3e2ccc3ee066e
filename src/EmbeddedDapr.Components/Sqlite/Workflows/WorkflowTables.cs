using EmbeddedDapr.Workflows.Storage;
using TaskHub.Protocol;

namespace EmbeddedDapr.Components.Sqlite.Workflows;

/// <summary>
/// Tables of workflows beside a state table. The history has one row for each turn and is only added to; the instance's own row is small, so that a turn writes little however
/// long the history is.
/// </summary>
internal sealed partial class WorkflowTables(string prefix)
{
    private const string Columns =
        "key, id, version, generation, execution_id, name, status, suspended, stalled_why, custom_status, created, started, updated, completed, scheduled, parent_id, parent_execution, parent_task, parent_app";

    private readonly SqlText _find = new($"SELECT {Columns} FROM \"{prefix}_instances\" WHERE app = ? AND id = ?");
    private readonly SqlText _insert = new($"""
        INSERT INTO "{prefix}_instances" ({Columns}, app) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)
        """);

    private readonly SqlText _update = new($"""
        UPDATE "{prefix}_instances" SET version = ?2, generation = ?3, execution_id = ?4, status = ?5, suspended = ?6, stalled_why = ?7, custom_status = ?8,
          created = ?9, started = ?10, updated = ?11, completed = ?12
        WHERE key = ?1 AND version = ?2 - 1
        """);

    private readonly SqlText _delete = new($"DELETE FROM \"{prefix}_instances\" WHERE key = ?");
    private readonly SqlText _addHistory = new($"INSERT INTO \"{prefix}_history\" (key, first, count, events) VALUES (?, ?, ?, ?)");
    private readonly SqlText _history = new($"SELECT events FROM \"{prefix}_history\" WHERE key = ? ORDER BY first");
    private readonly SqlText _firstHistory = new($"SELECT events FROM \"{prefix}_history\" WHERE key = ? ORDER BY first LIMIT 1");
    private readonly SqlText _lastHistory = new($"SELECT events FROM \"{prefix}_history\" WHERE key = ? ORDER BY first DESC LIMIT 1");
    private readonly SqlText _deleteHistory = new($"DELETE FROM \"{prefix}_history\" WHERE key = ?");
    private readonly SqlText _addInbox = new($"INSERT OR REPLACE INTO \"{prefix}_inbox\" (key, sequence, generation, events) VALUES (?, ?, ?, ?)");
    private readonly SqlText _inbox = new($"SELECT sequence, generation, events FROM \"{prefix}_inbox\" WHERE key = ? ORDER BY sequence");
    private readonly SqlText _takeInbox = new($"DELETE FROM \"{prefix}_inbox\" WHERE key = ? AND sequence = ?");
    private readonly SqlText _deleteInbox = new($"DELETE FROM \"{prefix}_inbox\" WHERE key = ?");
    private readonly SqlText _deleteResults = new($"DELETE FROM \"{prefix}_inbox\" WHERE key = ? AND generation <> 0");
    private readonly SqlText _addTask = new($"INSERT OR IGNORE INTO \"{prefix}_tasks\" (key, task) VALUES (?, ?)");
    private readonly SqlText _tasks = new($"SELECT task FROM \"{prefix}_tasks\" WHERE key = ? ORDER BY task");
    private readonly SqlText _deleteTask = new($"DELETE FROM \"{prefix}_tasks\" WHERE key = ? AND task = ?");
    private readonly SqlText _deleteTasks = new($"DELETE FROM \"{prefix}_tasks\" WHERE key = ?");
    private readonly SqlText _addTimer = new($"INSERT OR REPLACE INTO \"{prefix}_timers\" (key, timer, due, app) VALUES (?, ?, ?, ?)");
    private readonly SqlText _timers = new($"SELECT timer, due FROM \"{prefix}_timers\" WHERE key = ?");
    private readonly SqlText _deleteTimer = new($"DELETE FROM \"{prefix}_timers\" WHERE key = ? AND timer = ?");
    private readonly SqlText _deleteTimers = new($"DELETE FROM \"{prefix}_timers\" WHERE key = ?");
    private readonly SqlText _due = new($"""
        SELECT t.key, i.id, t.timer, t.due FROM "{prefix}_timers" t JOIN "{prefix}_instances" i ON i.key = t.key
        WHERE t.app = ? AND t.due >= ? AND t.due < ? ORDER BY t.due LIMIT ?
        """);

    private readonly SqlText _nextDue = new($"SELECT due FROM \"{prefix}_timers\" WHERE app = ? AND due >= ? ORDER BY due LIMIT 1");
    private readonly SqlText _pending = new($"""
        SELECT id FROM "{prefix}_instances" WHERE app = ?1 AND (
          key IN (SELECT key FROM "{prefix}_tasks")
          OR key IN (SELECT key FROM "{prefix}_inbox" EXCEPT SELECT key FROM "{prefix}_timers" WHERE timer = {EngineTimers.Start}))
        """);

    private readonly SqlText _counts = new($"SELECT status, COUNT(*) FROM \"{prefix}_instances\" WHERE app = ? GROUP BY status");
    private readonly SqlText _lastSequence = new($"SELECT MAX((SELECT COALESCE(MAX(sequence), 0) FROM \"{prefix}_inbox\"), (SELECT COALESCE(MAX(key), 0) FROM \"{prefix}_instances\"))");

    public bool Create(SqliteSession session)
    {
        session.Execute($"""
            CREATE TABLE IF NOT EXISTS "{prefix}_instances" (
              key INTEGER PRIMARY KEY, app TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, generation INTEGER NOT NULL, execution_id TEXT NOT NULL,
              name TEXT NOT NULL, status INTEGER NOT NULL, suspended INTEGER NOT NULL, stalled_why TEXT NOT NULL, custom_status TEXT,
              created INTEGER NOT NULL, started INTEGER, updated INTEGER NOT NULL, completed INTEGER, scheduled INTEGER,
              parent_id TEXT, parent_execution TEXT, parent_task INTEGER NOT NULL, parent_app TEXT, UNIQUE (app, id))
            """);
        session.Execute($"CREATE INDEX IF NOT EXISTS \"{prefix}_instances_status\" ON \"{prefix}_instances\" (app, status)");
        session.Execute($"""
            CREATE TABLE IF NOT EXISTS "{prefix}_history" (
              key INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL, events BLOB NOT NULL, PRIMARY KEY (key, first)) WITHOUT ROWID
            """);
        session.Execute($"""
            CREATE TABLE IF NOT EXISTS "{prefix}_inbox" (
              key INTEGER NOT NULL, sequence INTEGER NOT NULL, generation INTEGER NOT NULL, events BLOB NOT NULL, PRIMARY KEY (key, sequence)) WITHOUT ROWID
            """);
        session.Execute($"CREATE TABLE IF NOT EXISTS \"{prefix}_tasks\" (key INTEGER NOT NULL, task INTEGER NOT NULL, PRIMARY KEY (key, task)) WITHOUT ROWID");
        session.Execute($"""
            CREATE TABLE IF NOT EXISTS "{prefix}_timers" (
              key INTEGER NOT NULL, timer INTEGER NOT NULL, due INTEGER NOT NULL, app TEXT NOT NULL, PRIMARY KEY (key, timer)) WITHOUT ROWID
            """);
        session.Execute($"CREATE INDEX IF NOT EXISTS \"{prefix}_timers_due\" ON \"{prefix}_timers\" (app, due)");
        return true;
    }

    public WorkflowRow? Find(SqliteSession session, string app, string id)
    {
        using var row = session.Use(_find).Bind(1, app).Bind(2, id);
        return row.Step() ? ReadRow(row) : null;
    }

    public WorkflowSnapshot? Load(SqliteSession session, string app, string id)
    {
        if (Find(session, app, id) is not { } row)
        {
            return null;
        }

        using var history = new MemoryStream();
        using (var chunks = session.Use(_history).Bind(1, row.Key))
        {
            while (chunks.Step())
            {
                history.Write(chunks.Bytes(0));
            }
        }

        List<InboxRow> inbox = [];
        using (var rows = session.Use(_inbox).Bind(1, row.Key))
        {
            while (rows.Step())
            {
                inbox.Add(new InboxRow(rows.Int64(0), (int)rows.Int64(1), rows.Bytes(2).ToArray()));
            }
        }

        List<int> tasks = [];
        using (var rows = session.Use(_tasks).Bind(1, row.Key))
        {
            while (rows.Step())
            {
                tasks.Add((int)rows.Int64(0));
            }
        }

        List<TimerRow> timers = [];
        using (var rows = session.Use(_timers).Bind(1, row.Key))
        {
            while (rows.Step())
            {
                timers.Add(new TimerRow(row.Key, id, (int)rows.Int64(0), Time(rows.Int64(1))));
            }
        }

        return new WorkflowSnapshot { Row = row, History = history.ToArray(), Inbox = inbox, Tasks = tasks, Timers = timers };
    }

    public WorkflowEnds Ends(SqliteSession session, long key)
    {
        ReadOnlyMemory<byte> first = default;
        using (var row = session.Use(_firstHistory).Bind(1, key))
        {
            if (row.Step())
            {
                first = row.Bytes(0).ToArray();
            }
        }

        // Before its first turn, how it begins is in the inbox.
        if (first.IsEmpty)
        {
            using var waiting = session.Use(_inbox).Bind(1, key);
            return new WorkflowEnds(waiting.Step() ? waiting.Bytes(2).ToArray() : default, default);
        }

        using var last = session.Use(_lastHistory).Bind(1, key);
        return new WorkflowEnds(first, last.Step() ? last.Bytes(0).ToArray() : default);
    }

    private static WorkflowRow ReadRow(SqliteStatement row) => new()
    {
        Key = row.Int64(0),
        Id = row.Text(1),
        Version = row.Int64(2),
        Generation = (int)row.Int64(3),
        ExecutionId = row.Text(4),
        Name = row.Text(5),
        Status = (OrchestrationStatus)row.Int64(6),
        IsSuspended = row.Int64(7) != 0,
        StalledWhy = row.Text(8),
        CustomStatus = row.NullableText(9),
        CreatedAt = Time(row.Int64(10)),
        StartedAt = NullableTime(row, 11),
        UpdatedAt = Time(row.Int64(12)),
        CompletedAt = NullableTime(row, 13),
        ScheduledAt = NullableTime(row, 14),
        ParentId = row.NullableText(15),
        ParentExecutionId = row.NullableText(16),
        ParentTask = (int)row.Int64(17),
        ParentAppId = row.NullableText(18),
    };

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);

    private static DateTimeOffset? NullableTime(SqliteStatement row, int column) => row.NullableInt64(column) is { } ticks ? Time(ticks) : null;
}
