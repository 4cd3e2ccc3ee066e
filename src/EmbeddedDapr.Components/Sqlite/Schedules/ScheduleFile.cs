using EmbeddedDapr.Actors;
using EmbeddedDapr.Components.InMemory;
using EmbeddedDapr.Components.Sqlite.Reminders;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Components.Sqlite.Schedules;

/// <summary>
/// Schedules (jobs) of an app without a durable state store: a SQLite file <c>.embeddeddapr/schedules-APP.db</c> in the data folder. It is made with the first schedule, so that an
/// app without any leaves no trace. Where no file can be made they are kept in memory, which is said in the log. Thread safe.
/// </summary>
internal sealed partial class ScheduleFile(string path, TimeProvider time, ILogger logger) : IReminderStore, IAsyncDisposable
{
    private const string Table = "schedules";
    private readonly SemaphoreSlim _opening = new(1);
    private SqliteDatabase.Lease? _lease;
    private IReminderStore? _store;

    /// <summary>Where the file of an app is.</summary>
    public static string PathOf(ComponentContext context) => Path.Combine(context.BaseDirectory, ".embeddeddapr", $"schedules-{Uri.EscapeDataString(context.AppId)}.db");

    /// <inheritdoc/>
    public async ValueTask<bool> PutAsync(ReminderRecord reminder, bool overwrite, CancellationToken cancellationToken) =>
        await (await OpenAsync(cancellationToken)).PutAsync(reminder, overwrite, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<ReminderRecord?> GetAsync(string actorType, string actorId, string name, CancellationToken cancellationToken) =>
        await FindAsync(cancellationToken) is { } store ? await store.GetAsync(actorType, actorId, name, cancellationToken) : null;

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string actorType, string actorId, string name, CancellationToken cancellationToken)
    {
        if (await FindAsync(cancellationToken) is { } store)
        {
            await store.DeleteAsync(actorType, actorId, name, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask AdvanceAsync(ReminderRecord fired, ReminderRecord? next, CancellationToken cancellationToken)
    {
        if (await FindAsync(cancellationToken) is { } store)
        {
            await store.AdvanceAsync(fired, next, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ReminderRecord>> DueAsync(
        IReadOnlyCollection<string> actorTypes, DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        await FindAsync(cancellationToken) is { } store ? await store.DueAsync(actorTypes, before, limit, cancellationToken) : [];

    /// <inheritdoc/>
    public async ValueTask<DateTimeOffset?> NextDueAsync(IReadOnlyCollection<string> actorTypes, DateTimeOffset from, CancellationToken cancellationToken) =>
        await FindAsync(cancellationToken) is { } store ? await store.NextDueAsync(actorTypes, from, cancellationToken) : null;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ReminderRecord>> ListAsync(string actorType, string? actorId, int limit, CancellationToken cancellationToken) =>
        await FindAsync(cancellationToken) is { } store ? await store.ListAsync(actorType, actorId, limit, cancellationToken) : [];

    /// <inheritdoc/>
    public async ValueTask DeleteAllAsync(string actorType, string? actorId, CancellationToken cancellationToken)
    {
        if (await FindAsync(cancellationToken) is { } store)
        {
            await store.DeleteAllAsync(actorType, actorId, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_lease is { } lease)
        {
            await lease.DisposeAsync();
        }

        _opening.Dispose();
    }

    /// <summary>The store, if there is something in it.</summary>
    private async ValueTask<IReminderStore?> FindAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _store) is { } open ? open : File.Exists(path) ? await OpenAsync(cancellationToken) : null;

    private async ValueTask<IReminderStore> OpenAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _store) is { } open)
        {
            return open;
        }

        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_store is null)
            {
                Volatile.Write(ref _store, await MakeAsync(cancellationToken));
            }

            return _store;
        }
        finally
        {
            _opening.Release();
        }
    }

    private async ValueTask<IReminderStore> MakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var table = new ReminderTable(Table);
            _lease = await SqliteDatabase.OpenAsync(path, new SqliteDatabaseOptions(), time, logger, cancellationToken);
            await _lease.Database.WriteAsync(table.Create, cancellationToken);
            return new SqliteReminderStore(_lease.Database, table);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ComponentException or SqliteFailure)
        {
            Log.InMemory(logger, exception, path);
            return new InMemoryReminderStore();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4220, LogLevel.Warning, "{Path} cannot be used; jobs are kept in memory and end with the process")]
        public static partial void InMemory(ILogger logger, Exception exception, string path);
    }
}
