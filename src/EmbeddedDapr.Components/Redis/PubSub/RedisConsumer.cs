using System.Collections.Concurrent;
using System.Threading.Channels;
using EmbeddedDapr.PubSub;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace EmbeddedDapr.Components.Redis.PubSub;

/// <summary>The connections of a consumer: one for everything, one that waits in reads.</summary>
internal sealed record RedisConnections(RedisConnection Common, RedisConnection Blocking);

/// <summary>
/// One subscription. (1) A reader fills a bounded queue with new messages; (2) workers hand them over and acknowledge what is settled; what failed stays pending in Redis;
/// (3) a reclaimer takes what has been pending for too long, left by a consumer that died or by a handler that failed, and keeps what is being worked on from others that
/// do the same; (4) stopping waits for the handlers and gives back what was read and not handed over. No failure of Redis ends a loop.
/// </summary>
internal sealed partial class RedisConsumer : IAsyncDisposable
{
    /// <summary>The stream does not tell it: what is no envelope is a raw message, which gets one.</summary>
    private const string ContentType = "application/cloudevents+json";

    private static readonly TimeSpan PauseFirst = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KeepShortest = TimeSpan.FromMilliseconds(100);

    private readonly RedisConnections _connections;
    private readonly RedisStream _stream;
    private readonly PubSubSubscription _subscription;
    private readonly DeliveryHandler _handler;
    private readonly RedisPubSubSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationToken _aborting;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<RedisStreamEntry> _queue;
    private readonly ConcurrentDictionary<string, bool> _held = new(StringComparer.Ordinal);
    private Task _filling = Task.CompletedTask;
    private Task _working = Task.CompletedTask;
    private int _disposed;

    private RedisConsumer(
        RedisConnections connections, PubSubSubscription subscription, DeliveryHandler handler, RedisPubSubSettings settings, ComponentContext context, CancellationToken aborting)
    {
        _connections = connections;
        _stream = new RedisStream(connections.Common, subscription.Topic, subscription.ConsumerId);
        _subscription = subscription;
        _handler = handler;
        _settings = settings;
        _time = context.Time;
        _logger = context.Loggers.CreateLogger<RedisConsumer>();
        _aborting = aborting;
        _queue = Channel.CreateBounded<RedisStreamEntry>(new BoundedChannelOptions(settings.QueueDepth) { FullMode = BoundedChannelFullMode.Wait });
    }

    /// <summary>Longest wait of a read for new messages.</summary>
    public static TimeSpan ReadWait { get; } = TimeSpan.FromSeconds(5);

    /// <summary>It has stopped.</summary>
    public event Action<RedisConsumer>? Stopped;

    /// <summary>Starts; owns the blocking connection.</summary>
    /// <exception cref="RedisException">The group cannot be made.</exception>
    public static async Task<RedisConsumer> StartAsync(
        RedisConnections connections,
        PubSubSubscription subscription,
        DeliveryHandler handler,
        RedisPubSubSettings settings,
        ComponentContext context,
        CancellationToken aborting,
        CancellationToken cancellationToken)
    {
        var consumer = new RedisConsumer(connections, subscription, handler, settings, context, aborting);
        try
        {
            await consumer._stream.CreateGroupAsync().WaitAsync(cancellationToken);
        }
        catch
        {
            await connections.Blocking.DisposeAsync();
            throw;
        }

        // A batch is one call at a time; single deliveries run side by side.
        var workers = subscription.BatchMax > 1 ? 1 : settings.Concurrency;
        consumer._filling = settings.Redelivers ? Task.WhenAll(consumer.ReadAsync(), consumer.ReclaimAsync(), consumer.KeepAsync()) : consumer.ReadAsync();
        consumer._working = Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(consumer.WorkAsync, CancellationToken.None)));
        return consumer;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync();
        await _connections.Blocking.AbortAsync(); // Redis then has nobody left to hand a message to
        await _filling;
        await _working;
        await GiveBackAsync();
        Stopped?.Invoke(this);
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        var pause = PauseFirst;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                foreach (var entry in await _stream.ReadAsync(_connections.Blocking, _settings.QueueDepth, ReadWait).WaitAsync(_stop.Token))
                {
                    await HoldAsync(entry);
                }

                pause = PauseFirst;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (_stop.IsCancellationRequested && exception is RedisException or ObjectDisposedException or TimeoutException)
            {
                return; // the connection was closed under the read
            }
            catch (RedisServerException exception) when (exception.Message.StartsWith("NOGROUP", StringComparison.Ordinal))
            {
                // Redis was emptied, or lost what it had: begin anew.
                Log.GroupGone(_logger, _subscription.Topic, _subscription.ConsumerId);
                pause = await PauseAsync(pause, _stream.CreateGroupAsync);
            }
            catch (Exception exception)
            {
                // Broad: the subscription must outlive any failure of the server.
                Log.ReadFailed(_logger, exception, _subscription.Topic, pause);
                pause = await PauseAsync(pause, static () => Task.CompletedTask);
            }
        }
    }

    private async Task<TimeSpan> PauseAsync(TimeSpan pause, Func<Task> first)
    {
        try
        {
            await first();
            await Task.Delay(pause, _time, _stop.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or RedisException or TimeoutException or ObjectDisposedException)
        {
            // The next round sees what is still wrong.
        }

        return pause * 2 < PauseMax ? pause * 2 : PauseMax;
    }

    private async Task ReclaimAsync()
    {
        // At once for what an earlier run left.
        for (var wait = TimeSpan.Zero; await WaitAsync(wait); wait = _settings.RedeliverInterval)
        {
            try
            {
                var idle = (await _stream.IdleAsync(_settings.ProcessingTimeout, _settings.QueueDepth)).Where(id => !_held.ContainsKey(id)).ToList();
                if (idle.Count == 0)
                {
                    continue;
                }

                foreach (var entry in await _stream.ClaimAsync(idle, _settings.ProcessingTimeout))
                {
                    Log.Again(_logger, entry.Id, _subscription.Topic, _subscription.ConsumerId);
                    await HoldAsync(entry);
                }
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException or OperationCanceledException)
            {
                Log.ReclaimFailed(_logger, exception, _subscription.Topic);
            }
        }
    }

    /// <summary>Other consumers of the name, which may be in other processes, take what has been idle for too long: what is held here is not.</summary>
    private async Task KeepAsync()
    {
        var interval = _settings.ProcessingTimeout / 3 > KeepShortest ? _settings.ProcessingTimeout / 3 : KeepShortest;
        while (await WaitAsync(interval))
        {
            try
            {
                if (_held.Keys is { Count: > 0 } held)
                {
                    await _stream.KeepAsync([.. held]);
                }
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
            {
                Log.ReclaimFailed(_logger, exception, _subscription.Topic);
            }
        }
    }

    private async ValueTask<bool> WaitAsync(TimeSpan wait)
    {
        try
        {
            await Task.Delay(wait, _time, _stop.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async ValueTask HoldAsync(RedisStreamEntry entry)
    {
        if (_held.TryAdd(entry.Id, true))
        {
            await _queue.Writer.WriteAsync(entry, _stop.Token);
        }
    }
}
