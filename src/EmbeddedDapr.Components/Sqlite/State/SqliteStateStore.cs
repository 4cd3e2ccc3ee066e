using EmbeddedDapr.Actors;
using EmbeddedDapr.Components.Sqlite.Reminders;
using EmbeddedDapr.Components.Sqlite.Workflows;
using EmbeddedDapr.State;
using EmbeddedDapr.Workflows.Storage;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Components.Sqlite.State;

/// <summary>
/// <c>state.sqlite</c>: state and reminders in one file, durable when a write completes. Metadata: <c>connectionString</c>, <c>tableName</c> (state),
/// <c>metadataTableName</c> (metadata), <c>timeout</c> (20 s), <c>busyTimeout</c> (2 s), <c>disableWAL</c>, <c>cleanupInterval</c> (off).
/// </summary>
internal sealed partial class SqliteStateStore : IStateStore, IReminderStoreProvider, IWorkflowStoreProvider
{
    private const int SweepRowsMax = 1_000;

    private readonly SqliteDatabase.Lease _lease;
    private readonly StateTable _table;
    private readonly WorkflowTables _workflows;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _sweeping;
    private int _disposed;

    private SqliteStateStore(
        SqliteDatabase.Lease lease, StateTable table, IReminderStore reminders, WorkflowTables workflows, TimeSpan cleanupInterval, TimeProvider time, ILogger logger)
    {
        _lease = lease;
        _table = table;
        _workflows = workflows;
        _time = time;
        _logger = logger;
        Reminders = reminders;
        _sweeping = cleanupInterval > TimeSpan.Zero ? SweepAsync(cleanupInterval) : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public StateStoreFeatures Features => StateStoreFeatures.ETag | StateStoreFeatures.Transactional | StateStoreFeatures.Ttl | StateStoreFeatures.KeysLike;

    /// <inheritdoc/>
    public StateStoreTraits Traits => StateStoreTraits.None;

    /// <inheritdoc/>
    public IReminderStore Reminders { get; }

    internal SqliteDatabase Database => _lease.Database;

    /// <summary>Opens the file and creates its tables where they are missing.</summary>
    /// <exception cref="ComponentException">Metadata is wrong, or the file cannot be used.</exception>
    public static async ValueTask<IStateStore> OpenAsync(
        ComponentSpec spec,
        ComponentContext context,
        SqliteDatabaseOptions options,
        CancellationToken cancellationToken)
    {
        var metadata = spec.Metadata;
        var path = SqliteLocation.PathOf(spec, context);
        var tableName = SqliteLocation.TableName(spec, "tableName", "state");
        var table = new StateTable(tableName, SqliteLocation.TableName(spec, "metadataTableName", "metadata"));
        var reminders = new ReminderTable(tableName + "_reminders");
        var cleanup = CleanupInterval(metadata);
        options = options with
        {
            LockTimeout = metadata.Duration("timeout", metadata.Duration("timeoutInSeconds", options.LockTimeout)),
            BusyTimeout = metadata.Duration("busyTimeout", options.BusyTimeout),
            WriteAheadLog = !metadata.Flag("disableWAL"),
        };
        var logger = context.Loggers.CreateLogger<SqliteStateStore>();
        var lease = await SqliteDatabase.OpenAsync(path, options, context.Time, logger, cancellationToken);
        try
        {
            await lease.Database.WriteAsync(session => table.Create(session) && reminders.Create(session), cancellationToken);
            return new SqliteStateStore(lease, table, new SqliteReminderStore(lease.Database, reminders), new WorkflowTables(tableName + "_workflow"), cleanup, context.Time, logger);
        }
        catch (SqliteFailure failure)
        {
            await lease.DisposeAsync();
            throw new ComponentException($"component {spec.Name} ({spec.Type}): {failure.Message}", failure);
        }
        catch
        {
            await lease.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<StateValue?> GetAsync(string key, CancellationToken cancellationToken) => Database.ReadAsync(
        (Table: _table, Key: key, Now: _time.GetUtcNow()),
        static (session, ask) => ask.Table.Get(session, ask.Key, ask.Now),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StateValue?>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) => Database.ReadSnapshotAsync(
        (Table: _table, Keys: keys, Now: _time.GetUtcNow()),
        static (session, ask) =>
        {
            var values = new StateValue?[ask.Keys.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = ask.Table.Get(session, ask.Keys[i], ask.Now);
            }

            return (IReadOnlyList<StateValue?>)values;
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<StateWriteOutcome> WriteAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken) =>
        operations.Count == 0
            ? ValueTask.FromResult(StateWriteOutcome.Done)
            : Database.WriteAsync(new StateWrite(_table, operations, _time, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IWorkflowStore> WorkflowsAsync(string appId, CancellationToken cancellationToken)
    {
        await Database.WriteAsync(_workflows.Create, cancellationToken);
        return new SqliteWorkflowStore(Database, _workflows, appId);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync();
        await _sweeping;
        _stopping.Dispose();
        await _lease.DisposeAsync();
    }

    private static TimeSpan CleanupInterval(ComponentMetadata metadata)
    {
        // daprd: 0 and negative numbers switch the sweep off.
        var text = metadata.Text("cleanupInterval") ?? metadata.Text("cleanupIntervalInSeconds");
        return text is null || text.StartsWith('-')
            ? TimeSpan.Zero
            : metadata.Duration("cleanupInterval", metadata.Duration("cleanupIntervalInSeconds", TimeSpan.Zero));
    }

    private async Task SweepAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                await SweepOnceAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task SweepOnceAsync()
    {
        try
        {
            while (await Database.WriteAsync(session => _table.Sweep(session, _time.GetUtcNow(), SweepRowsMax), _stopping.Token) == SweepRowsMax)
            {
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.SweepFailed(_logger, failure); // the next tick tries again
        }
    }

    private sealed class StateWrite(StateTable table, IReadOnlyList<StateOperation> operations, TimeProvider time, CancellationToken cancellationToken)
        : WriteUnit<StateWriteOutcome>(cancellationToken)
    {
        protected override StateWriteOutcome Answer(SqliteSession session) => table.Write(session, operations, time.GetUtcNow());
    }

    private static partial class Log
    {
        [LoggerMessage(4010, LogLevel.Warning, "Expired rows could not be deleted")]
        public static partial void SweepFailed(ILogger logger, Exception failure);
    }
}
