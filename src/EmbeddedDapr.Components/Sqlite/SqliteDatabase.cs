using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Components.Sqlite;

/// <summary>
/// A database file: one writer with group commit, a pool of readers. Every component of the process that names the same file shares it; the last one to
/// leave closes it. Thread safe.
/// </summary>
internal sealed class SqliteDatabase : IAsyncDisposable
{
    // The registry is the process's, not a container's: two writers in one process would only wait for each other's locks. A slot stays when its file
    // is closed, so that there is never a moment with two gates for one file; there are as many as a process ever opens files.
    private static readonly ConcurrentDictionary<string, Slot> Slots = new(StringComparer.Ordinal);

    private readonly SqliteDatabaseOptions _options;
    private readonly SqliteReaders _readers;
    private readonly ITimer _lazyTimer;
    private readonly Dictionary<string, object> _shared = [];
    private int _lazyArmed;

    private SqliteDatabase(string path, SqliteDatabaseOptions options, TimeProvider time, ILogger logger)
    {
        Path = path;
        _options = options;
        Writer = new SqliteWriter(path, options, logger);
        _readers = new SqliteReaders(path, options);
        _lazyTimer = time.CreateTimer(static database => ((SqliteDatabase)database!).OnLazyDelay(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Full path of the file.</summary>
    public string Path { get; }

    internal SqliteWriter Writer { get; }

    /// <summary>Opens the file, or joins those who have it open; dispose the answer to leave.</summary>
    /// <exception cref="ComponentException">It cannot be opened.</exception>
    public static async Task<Lease> OpenAsync(string path, SqliteDatabaseOptions options, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        path = System.IO.Path.GetFullPath(path);
        var slot = Slots.GetOrAdd(path, static _ => new Slot());
        await slot.Gate.WaitAsync(cancellationToken);
        try
        {
            slot.Database ??= Create(path, options, time, logger);
            slot.Leases++;
            return new Lease(slot, slot.Database);
        }
        finally
        {
            slot.Gate.Release();
        }
    }

    /// <summary>Runs the unit in the next commit; completes when it is on disk. Cancellation is honoured until the unit runs.</summary>
    public async ValueTask<T> WriteAsync<T>(WriteUnit<T> unit, CancellationToken cancellationToken)
    {
        await EnqueueAsync(unit, cancellationToken);
        return await unit.Completion;
    }

    /// <summary>As <see cref="WriteAsync{T}(WriteUnit{T}, CancellationToken)"/>, but completes once the unit's place among the writes is settled.</summary>
    public async ValueTask EnqueueAsync(WriteUnit unit, CancellationToken cancellationToken)
    {
        try
        {
            await Writer.EnqueueAsync(unit, cancellationToken);
        }
        catch (ChannelClosedException closed)
        {
            throw new ObjectDisposedException($"{Path} is closed", closed);
        }
    }

    /// <summary>As the other one, for what is rare.</summary>
    public ValueTask<T> WriteAsync<T>(Func<SqliteSession, T> run, CancellationToken cancellationToken) =>
        WriteAsync(new DelegateUnit<T>(run, cancellationToken), cancellationToken);

    /// <summary>Puts the unit into the next commit that happens anyway, or one that is made for it after <see cref="SqliteDatabaseOptions.LazyDelay"/>.</summary>
    public void WriteLazily(WriteUnit unit)
    {
        Writer.EnqueueLazy(unit);
        if (Interlocked.Exchange(ref _lazyArmed, 1) == 0)
        {
            _lazyTimer.Change(_options.LazyDelay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Reads what is committed.</summary>
    public ValueTask<T> ReadAsync<TState, T>(TState state, Func<SqliteSession, TState, T> read, CancellationToken cancellationToken) =>
        _readers.ReadAsync(state, read, snapshot: false, cancellationToken);

    /// <summary>Reads what is committed; all statements of the delegate see the same moment.</summary>
    public ValueTask<T> ReadSnapshotAsync<TState, T>(TState state, Func<SqliteSession, TState, T> read, CancellationToken cancellationToken) =>
        _readers.ReadAsync(state, read, snapshot: true, cancellationToken);

    /// <summary>What those who share the file share besides; made by the first who asks, disposed before the file is closed.</summary>
    public T Shared<T>(string key, Func<SqliteDatabase, T> create)
        where T : class
    {
        lock (_shared)
        {
            if (_shared.TryGetValue(key, out var existing))
            {
                return (T)existing;
            }

            var made = create(this);
            _shared.Add(key, made);
            return made;
        }
    }

    /// <summary>The registry calls it when the last lease is released.</summary>
    public async ValueTask DisposeAsync()
    {
        List<IAsyncDisposable> shared;
        lock (_shared)
        {
            shared = [.. _shared.Values.OfType<IAsyncDisposable>()];
        }

        foreach (var one in shared)
        {
            await one.DisposeAsync();
        }

        // Readers first: the last connection to close is then the writer, which empties the log and removes it.
        await _lazyTimer.DisposeAsync();
        await _readers.DisposeAsync();
        await Writer.CloseAsync();
    }

    private static SqliteDatabase Create(string path, SqliteDatabaseOptions options, TimeProvider time, ILogger logger)
    {
        try
        {
            if (System.IO.Path.GetDirectoryName(path) is { Length: > 0 } folder)
            {
                Directory.CreateDirectory(folder);
            }

            return new SqliteDatabase(path, options, time, logger);
        }
        catch (Exception failure) when (failure is SqliteFailure or IOException or UnauthorizedAccessException)
        {
            throw new ComponentException($"cannot open the database {path}: {failure.Message}", failure);
        }
    }

    private void OnLazyDelay()
    {
        Volatile.Write(ref _lazyArmed, 0);
        Writer.Nudge();
    }

    private static async ValueTask ReleaseAsync(Slot slot, SqliteDatabase database)
    {
        await slot.Gate.WaitAsync(CancellationToken.None);
        try
        {
            if (--slot.Leases == 0)
            {
                slot.Database = null;
                await database.DisposeAsync();
            }
        }
        finally
        {
            slot.Gate.Release();
        }
    }

    internal sealed class Slot
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public SqliteDatabase? Database { get; set; }

        public int Leases { get; set; }
    }

    /// <summary>A share in an open database.</summary>
    internal sealed class Lease : IAsyncDisposable
    {
        private readonly Slot _slot;
        private int _released;

        internal Lease(Slot slot, SqliteDatabase database)
        {
            _slot = slot;
            Database = database;
        }

        public SqliteDatabase Database { get; }

        public ValueTask DisposeAsync() => Interlocked.Exchange(ref _released, 1) == 0 ? ReleaseAsync(_slot, Database) : ValueTask.CompletedTask;
    }
}
