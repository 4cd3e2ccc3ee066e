using System.Collections.Concurrent;
using EmbeddedDapr.PubSub;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Components.Sqlite.PubSub;

/// <summary>
/// Topics and consumers of one database file and table prefix, shared by all components of the process that name them, so that what one app publishes wakes
/// the subscribers of another without asking the file.
/// </summary>
internal sealed partial class PubSubLog : IAsyncDisposable
{
    private readonly SqliteDatabase _database;
    private readonly PubSubTables _tables;
    private readonly PubSubOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, TopicLog> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Consumer, string Topic), ConsumerGroup> _groups = [];
    private readonly SemaphoreSlim _gate = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _background;

    public PubSubLog(SqliteDatabase database, PubSubOptions options, TimeProvider time, ILogger logger)
    {
        _database = database;
        _tables = new PubSubTables(options.TablePrefix);
        _options = options;
        _time = time;
        _logger = logger;
        _background = Task.WhenAll(EveryAsync(options.PollInterval, PollAsync), EveryAsync(options.RetentionInterval, RetainAsync));
    }

    /// <summary>Creates tables where they are missing.</summary>
    public async ValueTask CreateAsync(CancellationToken cancellationToken) => await _database.WriteAsync(_tables.Create, cancellationToken);

    /// <summary>Publishes all or none; on disk when it completes.</summary>
    public async ValueTask PublishAsync(string topicName, IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken)
    {
        var topic = await TopicAsync(topicName, cancellationToken);
        await _database.WriteAsync(new Publication(topic, messages, _time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken), cancellationToken);
    }

    /// <summary>Joins the readers of a topic under a consumer name; starts them when there are none.</summary>
    public async ValueTask<ConsumerGroup> JoinAsync(string topicName, string consumer, CancellationToken cancellationToken)
    {
        var topic = await TopicAsync(topicName, cancellationToken);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!_groups.TryGetValue((consumer, topicName), out var group))
            {
                var position = await _database.WriteAsync(session => OpenConsumer(session, topic, consumer), cancellationToken);
                group = new ConsumerGroup(_database, _tables, topic, consumer, position, _options, _time, _logger);
                _groups.Add((consumer, topicName), group);
                TellTopic_NeedsGate(topic);
                group.Wake(); // for what was published after its first look and before the topic knew of it
            }

            group.Subscriptions++;
            return group;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Leaves; the last one stops the reading.</summary>
    public async ValueTask LeaveAsync(ConsumerGroup group)
    {
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            if (--group.Subscriptions == 0)
            {
                _groups.Remove((group.Consumer, group.Topic.Name));
                TellTopic_NeedsGate(group.Topic);
                await group.DisposeAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Enforces the retention limits now.</summary>
    internal async Task RetainAsync()
    {
        // Topics that nobody touched since the start have limits too.
        var names = await _database.ReadAsync(_tables, static (session, tables) => tables.TopicNames(session), _stopping.Token);
        foreach (var name in names)
        {
            var topic = await TopicAsync(name, _stopping.Token);
            await ForgetConsumersAsync(topic);
            while (await RetainOnceAsync(topic))
            {
            }
        }
    }

    /// <summary>Called when the file is closed: nobody publishes or reads any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _background;
        _stopping.Dispose();
        _gate.Dispose();
    }

    private async ValueTask<TopicLog> TopicAsync(string name, CancellationToken cancellationToken)
    {
        if (_topics.TryGetValue(name, out var known))
        {
            return known;
        }

        var id = await _database.WriteAsync(session => _tables.TopicId(session, name), cancellationToken);
        return _topics.GetOrAdd(name, static (name, made) => new TopicLog(name, made.id, made._tables), (id, _tables));
    }

    private long OpenConsumer(SqliteSession session, TopicLog topic, string consumer) => _tables.OpenConsumer(
        session,
        topic.Id,
        consumer,
        topic.StartPosition(session, _options.StartsAtLatest),
        _time.GetUtcNow().ToUnixTimeMilliseconds());

    private void TellTopic_NeedsGate(TopicLog topic) => topic.SetGroups(_groups.Values.Where(group => group.Topic == topic));

    private async Task EveryAsync(TimeSpan interval, Func<Task> action)
    {
        using var timer = new PeriodicTimer(interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                await TryAsync(action);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task TryAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.MaintenanceFailed(_logger, failure, _options.TablePrefix); // the next tick tries again
        }
    }

    // What this process publishes wakes its readers itself; this is for what another process wrote into the file.
    private Task PollAsync()
    {
        foreach (var topic in _topics.Values)
        {
            topic.Wake();
        }

        return Task.CompletedTask;
    }

    private async ValueTask<bool> RetainOnceAsync(TopicLog topic)
    {
        var (unsettled, more) = await _database.WriteAsync(session => topic.Retain(session, _options, _time.GetUtcNow()), _stopping.Token);
        if (unsettled > 0)
        {
            ComponentMetrics.Expired.Add(unsettled, new KeyValuePair<string, object?>("topic", topic.Name));
            Log.Expired(_logger, unsettled, topic.Name);
        }

        return more;
    }

    private async ValueTask ForgetConsumersAsync(TopicLog topic)
    {
        ConsumerGroup[] active;
        await _gate.WaitAsync(_stopping.Token);
        try
        {
            active = [.. _groups.Values.Where(group => group.Topic == topic)];
        }
        finally
        {
            _gate.Release();
        }

        // Who reads here is alive, however long nothing came. Who did not for a whole retention has nothing left to come back to.
        var now = _time.GetUtcNow();
        await _database.WriteAsync(
            session =>
            {
                foreach (var group in active)
                {
                    group.WritePosition(session);
                }

                return _tables.ForgetConsumers(session, topic.Id, (now - _options.Retention).ToUnixTimeMilliseconds());
            },
            _stopping.Token);
    }

    private sealed class Publication(TopicLog topic, IReadOnlyList<PubSubMessage> messages, long nowMs, CancellationToken cancellationToken)
        : WriteUnit<bool>(cancellationToken)
    {
        // Made on the publisher's thread: the writer's is the one that everybody waits for.
        private readonly byte[]?[] _metadata = [.. messages.Select(MessageCodec.MetadataColumn)];

        public override void Committed()
        {
            base.Committed();
            topic.Wake();
        }

        protected override bool Answer(SqliteSession session)
        {
            topic.Append(session, messages, _metadata, nowMs);
            return true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4120, LogLevel.Warning, "{Messages} messages of {Topic} were deleted by a retention limit before every known consumer had settled them")]
        public static partial void Expired(ILogger logger, long messages, string topic);

        [LoggerMessage(4121, LogLevel.Error, "Retention of {Tables} failed; trying again at the next interval")]
        public static partial void MaintenanceFailed(ILogger logger, Exception failure, string tables);
    }
}
