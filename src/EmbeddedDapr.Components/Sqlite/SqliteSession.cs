using SQLitePCL;

namespace EmbeddedDapr.Components.Sqlite;

/// <summary>One connection and its prepared statements. One thread at a time; SQLite's own mutex is off.</summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly sqlite3 _handle;
    private readonly Dictionary<SqlText, SqliteStatement> _prepared = new(ReferenceEqualityComparer.Instance);

    static SqliteSession() => Batteries_V2.Init();

    private SqliteSession(sqlite3 handle) => _handle = handle;

    /// <summary>Rows changed by the last insert, update or delete.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>
    /// Rises whenever what was read or written before may no longer be so: after a roll-back, and when another process has committed. Who remembers rows of
    /// the writer's session between units remembers the epoch too, and reads again when it has changed.
    /// </summary>
    public int Epoch { get; set; }

    /// <summary>A transaction is open.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>Opens a connection that can write, and creates the file.</summary>
    public static SqliteSession OpenWriter(string path, SqliteDatabaseOptions options)
    {
        var session = Open(path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE, options);
        try
        {
            session.Execute($"PRAGMA journal_mode={(options.WriteAheadLog ? "WAL" : "TRUNCATE")}");
            session.Execute("PRAGMA synchronous=FULL");
            session.Execute($"PRAGMA wal_autocheckpoint={options.CheckpointPages}");
            session.Execute($"PRAGMA journal_size_limit={options.WalBytesMax}");
            session.Execute($"PRAGMA cache_size=-{options.WriterCacheKibibytes}");
            session.Execute("PRAGMA temp_store=MEMORY");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection that only reads; the file must be there.</summary>
    public static SqliteSession OpenReader(string path, SqliteDatabaseOptions options)
    {
        var session = Open(path, raw.SQLITE_OPEN_READONLY, options);
        try
        {
            session.Execute($"PRAGMA cache_size=-{options.ReaderCacheKibibytes}");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>The statement, prepared once; dispose it to end the use.</summary>
    public SqliteStatement Use(SqlText sql)
    {
        if (!_prepared.TryGetValue(sql, out var statement))
        {
            statement = new SqliteStatement(this, Prepare(sql.Text, raw.SQLITE_PREPARE_PERSISTENT));
            _prepared.Add(sql, statement);
        }

        return statement;
    }

    /// <summary>Runs a prepared statement without parameters or rows.</summary>
    public void Run(SqlText sql)
    {
        using var statement = Use(sql);
        statement.Run();
    }

    /// <summary>Runs one statement of a kind that is rare; not cached. Rows are thrown away.</summary>
    public void Execute(string sql)
    {
        var statement = new SqliteStatement(this, Prepare(sql, 0));
        try
        {
            statement.Run();
        }
        finally
        {
            statement.Close();
        }
    }

    /// <summary>Moves the whole write-ahead log into the file and empties it; false when readers or another process kept it from that.</summary>
    public bool Truncate() => raw.sqlite3_wal_checkpoint_v2(_handle, "main", raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _) == raw.SQLITE_OK;

    internal SqliteFailure Failure(int code) =>
        new(raw.sqlite3_extended_errcode(_handle) is var extended && (extended & 0xFF) == (code & 0xFF) ? extended : code, raw.sqlite3_errmsg(_handle).utf8_to_string());

    public void Dispose()
    {
        foreach (var statement in _prepared.Values)
        {
            statement.Close();
        }

        _prepared.Clear();
        _handle.Dispose();
    }

    private static SqliteSession Open(string path, int flags, SqliteDatabaseOptions options)
    {
        var code = raw.sqlite3_open_v2(path, out var handle, flags | raw.SQLITE_OPEN_NOMUTEX, null);
        if (code != raw.SQLITE_OK)
        {
            var why = handle is null ? "out of memory" : raw.sqlite3_errmsg(handle).utf8_to_string();
            handle?.Dispose();
            throw new SqliteFailure(code, $"{why} ({path})");
        }

        _ = raw.sqlite3_busy_timeout(handle, (int)options.BusyTimeout.TotalMilliseconds);
        return new SqliteSession(handle);
    }

    private sqlite3_stmt Prepare(string sql, uint flags)
    {
        var code = raw.sqlite3_prepare_v3(_handle, sql, flags, out var handle);
        return code == raw.SQLITE_OK ? handle : throw Failure(code);
    }
}
