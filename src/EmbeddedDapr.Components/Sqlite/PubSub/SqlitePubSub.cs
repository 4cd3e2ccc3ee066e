using System.Collections.Concurrent;
using EmbeddedDapr.Components.PubSub;
using EmbeddedDapr.PubSub;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Components.Sqlite.PubSub;

/// <summary>
/// <c>pubsub.sqlite</c>: durable pub/sub in a SQLite file. A published message is on disk; it is delivered at least once to every consumer name, also across
/// a crash of the process, until a retention limit deletes it. Naming the file of a <c>state.sqlite</c> makes both share every commit.
/// </summary>
/// <remarks>
/// Consumers of one name compete within the process. Two processes may publish into one file; one consumer name must be read in one process only, or messages
/// come twice. A consumer name that is new starts with the oldest message that is retained, unless <c>initialPosition</c> says otherwise. Metadata:
/// see <see cref="PubSubOptions"/>, and <c>connectionString</c>, <c>timeout</c>, <c>busyTimeout</c> as of <c>state.sqlite</c>.
/// </remarks>
internal sealed class SqlitePubSub : IPubSubComponent
{
    private readonly SqliteDatabase.Lease _lease;
    private readonly PubSubLog _log;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<Subscription, bool> _subscriptions = [];
    private readonly CancellationTokenSource _aborting = new();
    private int _disposed;

    private SqlitePubSub(SqliteDatabase.Lease lease, PubSubLog log, int attemptsMax, TimeProvider time, ILogger logger)
    {
        _lease = lease;
        _log = log;
        _time = time;
        _logger = logger;
        AttemptsMax = attemptsMax;
    }

    /// <inheritdoc/>
    public int AttemptsMax { get; }

    internal SqliteDatabase Database => _lease.Database;

    internal PubSubLog MessageLog => _log;

    /// <summary>Opens the file and creates its tables where they are missing.</summary>
    /// <exception cref="ComponentException">Metadata is wrong, or the file cannot be used.</exception>
    public static async ValueTask<IPubSubComponent> OpenAsync(
        ComponentSpec spec,
        ComponentContext context,
        SqliteDatabaseOptions databaseOptions,
        BuiltInComponentsOptions bounds,
        CancellationToken cancellationToken)
    {
        var options = PubSubOptions.From(spec, bounds);
        databaseOptions = databaseOptions with
        {
            LockTimeout = spec.Metadata.Duration("timeout", databaseOptions.LockTimeout),
            BusyTimeout = spec.Metadata.Duration("busyTimeout", databaseOptions.BusyTimeout),
        };
        var logger = context.Loggers.CreateLogger<SqlitePubSub>();
        var lease = await SqliteDatabase.OpenAsync(SqliteLocation.PathOf(spec, context), databaseOptions, context.Time, logger, cancellationToken);
        try
        {
            var log = lease.Database.Shared($"pubsub {options.TablePrefix}", database => new PubSubLog(database, options, context.Time, logger));
            await log.CreateAsync(cancellationToken);
            return new SqlitePubSub(lease, log, options.AttemptsMax, context.Time, logger);
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
    public ValueTask PublishAsync(string topic, IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken) =>
        messages.Count == 0 ? ValueTask.CompletedTask : _log.PublishAsync(topic, messages, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable> SubscribeAsync(PubSubSubscription subscription, DeliveryHandler handler, CancellationToken cancellationToken)
    {
        var group = await _log.JoinAsync(subscription.Topic, subscription.ConsumerId, cancellationToken);
        var workers = subscription.BatchMax > 1 ? 1 : Math.Max(1, subscription.ConcurrencyMax);
        var pump = new DeliveryPump(subscription, group, handler, AttemptsMax, workers, _time, _logger, _aborting.Token);
        var made = new Subscription(this, group, pump);
        _subscriptions[made] = true;
        return made;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _aborting.CancelAsync();
        foreach (var subscription in _subscriptions.Keys)
        {
            await subscription.DisposeAsync();
        }

        _aborting.Dispose();
        await _lease.DisposeAsync();
    }

    private sealed class Subscription(SqlitePubSub owner, ConsumerGroup group, DeliveryPump pump) : IAsyncDisposable
    {
        private int _disposed;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                await pump.DisposeAsync();
                owner._subscriptions.TryRemove(this, out _);
                await owner._log.LeaveAsync(group);
            }
        }
    }
}
