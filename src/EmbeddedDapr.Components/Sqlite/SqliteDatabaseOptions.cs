namespace EmbeddedDapr.Components.Sqlite;

/// <summary>Bounds and habits of one database file. Components that share a file share the options of the one that opened it first.</summary>
internal sealed record SqliteDatabaseOptions
{
    /// <summary>Units of work that may wait for the writer; callers wait when it is full. 1 or more, 8,192 by default.</summary>
    public int QueueLength { get; init; } = 8_192;

    /// <summary>Most units in one commit. 1 or more, 2,048 by default: a commit stays within tens of milliseconds.</summary>
    public int BatchMax { get; init; } = 2_048;

    /// <summary>Connections that read at one time; further readers wait. 1 or more, 4 by default.</summary>
    public int ReadersMax { get; init; } = 4;

    /// <summary>How long SQLite waits for a lock of another process in one try. 2 s by default (contract section 3.6).</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a batch tries to get the write lock before its callers get the failure. 20 s by default (contract section 3.6).</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a write that nobody awaits (a consumer's position) may wait for company. 200 ms by default.</summary>
    public TimeSpan LazyDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Write-ahead log; false: a rollback journal, much slower.</summary>
    public bool WriteAheadLog { get; init; } = true;

    /// <summary>Pages in the write-ahead log after which a commit moves them to the file. 4,000 (16 MiB) by default.</summary>
    public int CheckpointPages { get; init; } = 4_000;

    /// <summary>Size at which the writer insists on emptying the write-ahead log, waiting for readers. 64 MiB by default.</summary>
    public long WalBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>Page cache of the writer in KiB. 16,384 by default.</summary>
    public int WriterCacheKibibytes { get; init; } = 16_384;

    /// <summary>Page cache of each reader in KiB. 4,096 by default.</summary>
    public int ReaderCacheKibibytes { get; init; } = 4_096;
}
