using System.Collections.Concurrent;
using EmbeddedDapr.PubSub;
using StackExchange.Redis;

namespace EmbeddedDapr.Components.Redis.PubSub;

/// <summary>
/// <c>pubsub.redis</c> (contract section 4.8): a stream for each topic with a field <c>data</c>, a group for each consumer name, laid out as daprd does, so that both
/// may share a Redis. Unlike daprd since 1.17, a message that failed is not acknowledged: it comes again after <c>processingTimeout</c>, as it did before. Thread safe.
/// </summary>
internal sealed class RedisPubSub : IPubSubComponent
{
    private readonly ComponentSpec _spec;
    private readonly ComponentContext _context;
    private readonly RedisConnection _connection;
    private readonly RedisPubSubSettings _settings;
    private readonly ConcurrentDictionary<RedisConsumer, bool> _consumers = [];
    private readonly CancellationTokenSource _aborting = new();
    private int _disposed;

    private RedisPubSub(ComponentSpec spec, ComponentContext context, RedisConnection connection, RedisPubSubSettings settings) =>
        (_spec, _context, _connection, _settings) = (spec, context, connection, settings);

    /// <summary>No message is given up as long as its stream keeps it.</summary>
    public int AttemptsMax => int.MaxValue;

    /// <inheritdoc/>
    public int AttemptsBeforeDeadLetter => 1;

    /// <inheritdoc/>
    public bool PolicyIsFinal => true;

    /// <exception cref="ComponentException">Metadata is wrong, or Redis does not answer.</exception>
    public static async ValueTask<IPubSubComponent> OpenAsync(ComponentSpec spec, ComponentContext context, CancellationToken cancellationToken)
    {
        var settings = RedisPubSubSettings.Read(spec.Metadata);
        return new RedisPubSub(spec, context, await RedisConnection.OpenAsync(spec, cancellationToken), settings);
    }

    /// <inheritdoc/>
    public async ValueTask PublishAsync(string topic, IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = _context.Time.GetUtcNow();
        if (messages.Count == 1)
        {
            if (await TryAddAsync(Add(topic, messages[0], now)) is { } fault && (!fault.MayRepeat || (fault = await TryAddAsync(Add(topic, messages[0], now))) is not null))
            {
                throw new ComponentException(fault.Text);
            }

            return;
        }

        // All at once, in order. What a lost connection took along is tried again, one by one: it may then be there twice, but it is there.
        var failed = new SortedDictionary<int, string>();
        var adding = messages.Select(message => Add(topic, message, now)).ToList();
        for (var index = 0; index < adding.Count; index++)
        {
            if (await TryAddAsync(adding[index]) is { } fault && (!fault.MayRepeat || (fault = await TryAddAsync(Add(topic, messages[index], now))) is not null))
            {
                failed[index] = fault.Text;
            }
        }

        if (failed.Count > 0)
        {
            throw new PartlyPublishedException(failed);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable> SubscribeAsync(PubSubSubscription subscription, DeliveryHandler handler, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        var consumer = await RedisConsumer.StartAsync(
            new(_connection, await OpenBlockingAsync(cancellationToken)), subscription, handler, _settings, _context, _aborting.Token, cancellationToken);
        _consumers[consumer] = true;
        consumer.Stopped += stopped => _consumers.TryRemove(stopped, out _);
        return consumer;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _aborting.CancelAsync();
        foreach (var consumer in _consumers.Keys)
        {
            await consumer.DisposeAsync();
        }

        await _connection.DisposeAsync();
        _aborting.Dispose();
    }

    private Task Add(string topic, PubSubMessage message, DateTimeOffset now) => RedisStream.AddAsync(_connection.Database, topic, message.Data, _settings, now);

    /// <summary>What went wrong; null: nothing. A refusal of the server would be repeated by the server.</summary>
    private static async ValueTask<Fault?> TryAddAsync(Task adding)
    {
        try
        {
            await adding;
            return null;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return new(exception is RedisConnectionException, $"redis streams: error from publish: {exception.Message}");
        }
    }

    /// <summary>A connection that may wait in a read: everything behind that would wait too.</summary>
    private Task<RedisConnection> OpenBlockingAsync(CancellationToken cancellationToken) => RedisConnection.OpenAsync(
        _spec,
        cancellationToken,
        static options =>
        {
            options.Protocol = RedisProtocol.Resp2;
            options.AsyncTimeout += (int)RedisConsumer.ReadWait.TotalMilliseconds;
        });

    private sealed record Fault(bool MayRepeat, string Text);
}
