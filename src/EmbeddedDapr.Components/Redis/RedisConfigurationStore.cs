using EmbeddedDapr.Components.Configuration;
using EmbeddedDapr.Configuration.Stores;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace EmbeddedDapr.Components.Redis;

/// <summary>
/// <c>configuration.redis</c>: strings of the form <c>value||version</c>, watched through keyspace notifications. These are switched on at the server where they are off, again
/// after it was restarted; a server that forbids that must have them on (<c>Kg$xe</c>).
/// </summary>
internal sealed partial class RedisConfigurationStore : IConfigurationStore
{
    private const string Notifications = "notify-keyspace-events";

    // Keyspace events of generic commands, strings, expiry and eviction (recorded: config-subscribe-notify-off).
    private const string NeededFlags = "Kg$xe";
    private readonly RedisConnection _redis;
    private readonly ILogger _logger;

    private RedisConfigurationStore(RedisConnection redis, ILogger logger)
    {
        _redis = redis;
        _logger = logger;
        _redis.Restored += () => _ = SwitchOnAsync();
    }

    /// <exception cref="ComponentException">Metadata is wrong, or Redis does not answer.</exception>
    public static async Task<IConfigurationStore> OpenAsync(ComponentSpec spec, ComponentContext context, CancellationToken cancellationToken)
    {
        var store = new RedisConfigurationStore(await RedisConnection.OpenAsync(spec, cancellationToken), context.Loggers.CreateLogger<RedisConfigurationStore>());
        await store.SwitchOnAsync();
        return store;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, ConfigurationItem>> GetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) => _redis.RunAsync(
        (Store: this, Keys: keys),
        static async (database, ask) =>
        {
            var wanted = ask.Keys.Count > 0 ? ask.Keys.Distinct(StringComparer.Ordinal).ToList() : await ask.Store.AllKeysAsync(database);

            // MGET answers null for a key that is no string, so that one such key does not spoil the rest.
            var values = wanted.Count == 0 ? [] : await database.StringGetAsync(wanted.ConvertAll(key => (RedisKey)key).ToArray());
            var items = new Dictionary<string, ConfigurationItem>(StringComparer.Ordinal);
            for (var index = 0; index < values.Length; index++)
            {
                if (ConfigurationValue.Parse(values[index]) is { } item)
                {
                    items[wanted[index]] = item;
                }
            }

            return (IReadOnlyDictionary<string, ConfigurationItem>)items;
        },
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable> WatchAsync(IReadOnlyList<string> keys, Action<string> changed, CancellationToken cancellationToken)
    {
        var prefix = $"__keyspace@{_redis.Database.Database}__:";
        List<RedisChannel> channels = keys.Count == 0
            ? [RedisChannel.Pattern(prefix + "*")]
            : [.. keys.Distinct(StringComparer.Ordinal).Select(key => RedisChannel.Literal(prefix + key))];
        var watch = new Watch(_redis.Subscriber, channels, channel => changed(channel[prefix.Length..]));
        await _redis.RunAsync(
            watch,
            static async (_, watch) =>
            {
                await watch.BeginAsync();
                return true;
            },
            cancellationToken);
        return watch;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _redis.DisposeAsync();

    private async Task<List<string>> AllKeysAsync(IDatabase database)
    {
        var keys = new List<string>();
        foreach (var server in _redis.Masters)
        {
            await foreach (var key in server.KeysAsync(database.Database))
            {
                keys.Add(key.ToString());
            }
        }

        return keys;
    }

    private async Task SwitchOnAsync()
    {
        try
        {
            foreach (var server in _redis.Masters)
            {
                var current = (await server.ConfigGetAsync(Notifications)).FirstOrDefault().Value ?? string.Empty;
                var missing = NeededFlags.Where(flag => !current.Contains(flag) && !(flag != 'K' && current.Contains('A'))).ToArray();
                if (missing.Length > 0)
                {
                    await server.ConfigSetAsync(Notifications, current + new string(missing));
                }
            }
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            Log.NotSwitchedOn(_logger, exception, Notifications);
        }
    }

    /// <summary>Channels of one subscriber. The server's client shares them with others, hence the handler is taken off, not the channel.</summary>
    private sealed class Watch(ISubscriber subscriber, List<RedisChannel> channels, Action<string> told) : IAsyncDisposable
    {
        public async Task BeginAsync()
        {
            foreach (var channel in channels)
            {
                await subscriber.SubscribeAsync(channel, OnMessage);
            }
        }

        public async ValueTask DisposeAsync()
        {
            try
            {
                foreach (var channel in channels)
                {
                    await subscriber.UnsubscribeAsync(channel, OnMessage);
                }
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
            {
                // Without a connection there is nothing to take back.
            }
        }

        private void OnMessage(RedisChannel channel, RedisValue message) => told(channel.ToString());
    }

    private static partial class Log
    {
        [LoggerMessage(4230, LogLevel.Warning, "{Setting} could not be switched on at the Redis server; changes of settings may not be seen")]
        public static partial void NotSwitchedOn(ILogger logger, Exception exception, string setting);
    }
}
