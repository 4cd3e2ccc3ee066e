using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Components.Sqlite;

/// <summary>
/// The one writer of a database file: a thread of its own that commits whatever has queued while the last commit ran. It never waits for company, so one
/// caller pays one fsync, and many callers share one.
/// </summary>
internal sealed partial class SqliteWriter
{
    // Asking the file system for the size of the log costs a system call; once in so many commits is enough to keep the bound.
    private const int CommitsPerSizeCheck = 64;

    private static readonly SqlText BeginImmediate = new("BEGIN IMMEDIATE");
    private static readonly SqlText DataVersion = new("PRAGMA data_version"); // changes when another connection has committed
    private static readonly SqlText EndCommit = new("COMMIT");
    private static readonly SqlText EndRollBack = new("ROLLBACK");

    private readonly SqliteDatabaseOptions _options;
    private readonly ILogger _logger;
    private readonly SqliteSession _session;
    private readonly string _walPath;
    private readonly Channel<WriteUnit> _queue;
    private readonly ConcurrentQueue<WriteUnit> _lazy = new();
    private readonly List<WriteUnit> _batch = [];
    private readonly Dictionary<WriteUnit, Exception> _faults = new(ReferenceEqualityComparer.Instance);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _commits;
    private long _dataVersion;

    public SqliteWriter(string path, SqliteDatabaseOptions options, ILogger logger)
    {
        _options = options;
        _logger = logger;
        _walPath = path + "-wal";
        _session = SqliteSession.OpenWriter(path, options);
        _queue = Channel.CreateBounded<WriteUnit>(new BoundedChannelOptions(options.QueueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        new Thread(Loop) { IsBackground = true, Name = "sqlite-writer" }.Start();
    }

    /// <summary>For fault injection in tests: called within the transaction, just before COMMIT.</summary>
    internal Action? BeforeCommit { get; set; }

    /// <summary>Commits so far that had at least one unit; the batches.</summary>
    internal int Commits => Volatile.Read(ref _commits);

    /// <summary>Queues a unit; waits while the queue is full.</summary>
    /// <exception cref="ChannelClosedException">The database is closed.</exception>
    public ValueTask EnqueueAsync(WriteUnit unit, CancellationToken cancellationToken) =>
        _queue.Writer.TryWrite(unit) ? ValueTask.CompletedTask : _queue.Writer.WriteAsync(unit, cancellationToken);

    /// <summary>Leaves a unit for the next batch, whenever that is, without waking the writer. Callers keep the number of such units small.</summary>
    public void EnqueueLazy(WriteUnit unit) => _lazy.Enqueue(unit);

    /// <summary>Wakes the writer; nothing to do when it is awake.</summary>
    public void Nudge() => _queue.Writer.TryWrite(Nothing.Instance);

    /// <summary>Commits what is queued, empties the log and closes the file.</summary>
    public Task CloseAsync()
    {
        _queue.Writer.TryComplete();
        return _ended.Task;
    }

    private void Loop()
    {
        try
        {
            while (WaitForWork())
            {
                Gather();
                Commit();
            }

            Gather();
            Commit();
            _session.Truncate();
        }
        catch (Exception unexpected)
        {
            // Commit answers its callers whatever happens; what arrives here is a bug in a unit's callback. Nobody may wait for ever because of it.
            Log.WriterDied(_logger, unexpected, _walPath);
            _queue.Writer.TryComplete(unexpected);
            FailQueued(unexpected);
        }
        finally
        {
            _session.Dispose();
            _ended.TrySetResult();
        }
    }

    private bool WaitForWork()
    {
        var wait = _queue.Reader.WaitToReadAsync();
#pragma warning disable VSTHRD002 // This thread exists in order to block here; no pool thread waits with it.
        return wait.IsCompletedSuccessfully ? wait.Result : wait.AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    private void Gather()
    {
        _batch.Clear();
        _faults.Clear();
        while (_batch.Count < _options.BatchMax && _queue.Reader.TryRead(out var unit))
        {
            if (unit.IsCancelled)
            {
                unit.Failed(new OperationCanceledException());
            }
            else if (unit is not Nothing)
            {
                _batch.Add(unit);
            }
        }

        while (_lazy.TryDequeue(out var lazy))
        {
            _batch.Add(lazy);
        }
    }

    private void Commit()
    {
        if (_batch.Count == 0)
        {
            return;
        }

        try
        {
            Begin();
            if (!RunAll())
            {
                // One of them threw midway. Start over, now with a savepoint each, so that only the guilty one is undone. Paying for
                // savepoints only then keeps them off the path of every good batch.
                RollBack();
                Begin();
                RunAllApart();
            }

            BeforeCommit?.Invoke();
            _session.Run(EndCommit);
        }
        catch (Exception failure)
        {
            RollBack();
            Log.BatchFailed(_logger, failure, _batch.Count);
            foreach (var unit in _batch)
            {
                unit.Failed(_faults.GetValueOrDefault(unit) ?? failure);
            }

            return;
        }

        Volatile.Write(ref _commits, _commits + 1);
        ComponentMetrics.Commits.Add(1);
        ComponentMetrics.Units.Add(_batch.Count);
        foreach (var unit in _batch)
        {
            if (_faults.Count > 0 && _faults.TryGetValue(unit, out var fault))
            {
                unit.Failed(fault);
            }
            else
            {
                unit.Committed();
            }
        }

        KeepLogBounded();
    }

    private void Begin()
    {
        var triesLeft = Math.Max(1, (int)(_options.LockTimeout / _options.BusyTimeout));
        while (true)
        {
            try
            {
                _session.Run(BeginImmediate);
                NoticeOthers();
                return;
            }
            catch (SqliteFailure failure) when (failure.IsBusy && --triesLeft > 0)
            {
                Log.LockedOut(_logger, _walPath, triesLeft);
            }
        }
    }

    private void NoticeOthers()
    {
        using var version = _session.Use(DataVersion);
        if (version.Step() && version.Int64(0) is var found && found != _dataVersion)
        {
            _dataVersion = found;
            _session.Epoch++;
        }
    }

    private bool RunAll()
    {
        foreach (var unit in _batch)
        {
            try
            {
                unit.Run(_session);
            }
            catch (Exception failure) when (IsOfUnit(failure))
            {
                return false;
            }
        }

        return true;
    }

    private void RunAllApart()
    {
        foreach (var unit in _batch)
        {
            _session.Execute("SAVEPOINT unit");
            try
            {
                unit.Run(_session);
            }
            catch (Exception failure) when (IsOfUnit(failure) && _session.InTransaction)
            {
                _faults[unit] = failure;
                _session.Execute("ROLLBACK TO unit");
                _session.Epoch++;
            }

            _session.Execute("RELEASE unit");
        }
    }

    private static bool IsOfUnit(Exception failure) => failure is not SqliteFailure { IsOfStatement: false };

    private void RollBack()
    {
        _session.Epoch++;
        try
        {
            // SQLite rolls back by itself after some failures.
            if (_session.InTransaction)
            {
                _session.Run(EndRollBack);
            }
        }
        catch (SqliteFailure failure)
        {
            Log.RollBackFailed(_logger, failure, _walPath);
        }
    }

    private void KeepLogBounded()
    {
        // SQLite's own checkpoints at CheckpointPages never wait for readers, so under endless reading the log could grow for ever. This one waits.
        if (_commits % CommitsPerSizeCheck == 0 && new FileInfo(_walPath) is { Exists: true } log && log.Length > _options.WalBytesMax)
        {
            var done = _session.Truncate();
            Log.LogTruncated(_logger, _walPath, log.Length, done);
        }
    }

    private void FailQueued(Exception failure)
    {
        foreach (var unit in _batch)
        {
            unit.Failed(failure);
        }

        while (_queue.Reader.TryRead(out var unit))
        {
            unit.Failed(failure);
        }

        while (_lazy.TryDequeue(out var lazy))
        {
            lazy.Failed(failure);
        }
    }

    private sealed class Nothing : WriteUnit
    {
        public static readonly Nothing Instance = new();

        public override void Run(SqliteSession session)
        {
        }

        public override void Committed()
        {
        }

        public override void Failed(Exception failure)
        {
        }
    }
}
