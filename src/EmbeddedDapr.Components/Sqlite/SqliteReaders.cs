using System.Collections.Concurrent;

namespace EmbeddedDapr.Components.Sqlite;

/// <summary>Connections for reading, opened when first needed. A read runs on its caller's thread and sees everything that was committed when it began.</summary>
internal sealed class SqliteReaders(string path, SqliteDatabaseOptions options) : IAsyncDisposable
{
    private static readonly SqlText Begin = new("BEGIN");
    private static readonly SqlText End = new("COMMIT");

    private readonly SemaphoreSlim _free = new(options.ReadersMax);
    private readonly ConcurrentStack<SqliteSession> _idle = new(); // a stack: the one used last has the warmest cache
    private bool _closed;

    /// <summary>Reads with one connection; more than one statement needs <paramref name="snapshot"/> to see one moment in time.</summary>
    public async ValueTask<T> ReadAsync<TState, T>(TState state, Func<SqliteSession, TState, T> read, bool snapshot, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        SqliteSession? session = null;
        try
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed), this);
            if (!_idle.TryPop(out session))
            {
                session = SqliteSession.OpenReader(path, options);
            }

            return snapshot ? Snapshot(session, state, read) : read(session, state);
        }
        finally
        {
            if (session is not null)
            {
                _idle.Push(session);
            }

            _free.Release();
        }
    }

    /// <summary>Waits for the reads that run; those that wait for a connection, and later ones, are refused.</summary>
    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _closed, true);
        for (var i = 0; i < options.ReadersMax; i++)
        {
            await _free.WaitAsync(CancellationToken.None);
        }

        while (_idle.TryPop(out var session))
        {
            session.Dispose();
        }

        _free.Release(options.ReadersMax);
    }

    private static T Snapshot<TState, T>(SqliteSession session, TState state, Func<SqliteSession, TState, T> read)
    {
        session.Run(Begin);
        try
        {
            return read(session, state);
        }
        finally
        {
            session.Run(End);
        }
    }
}
