using StackExchange.Redis;

namespace EmbeddedDapr.Components.Redis;

/// <summary>
/// One component's connection to Redis. It comes back by itself after a loss; commands wait for it up to <c>readTimeout</c>, then fail with a
/// <see cref="ComponentException"/> that names the server. Thread safe.
/// </summary>
internal sealed class RedisConnection : IAsyncDisposable
{
    private readonly ConnectionMultiplexer _multiplexer;
    private readonly string _address;

    private RedisConnection(ConnectionMultiplexer multiplexer, string address)
    {
        _multiplexer = multiplexer;
        _address = address;
        Database = multiplexer.GetDatabase();
    }

    /// <summary>The database that the component names.</summary>
    public IDatabase Database { get; }

    /// <summary>Messages and keyspace notifications.</summary>
    public ISubscriber Subscriber => _multiplexer.GetSubscriber();

    /// <summary>Servers that can be asked for keys: all masters.</summary>
    public IEnumerable<IServer> Masters => _multiplexer.GetServers().Where(static server => server is { IsConnected: true, IsReplica: false });

    /// <summary>The connection is back, or another server has taken over.</summary>
    public event Action? Restored;

    /// <summary>Connects and asks once.</summary>
    /// <exception cref="ComponentException">Metadata is wrong, or Redis does not answer.</exception>
    public static async Task<RedisConnection> OpenAsync(ComponentSpec spec, CancellationToken cancellationToken, Action<ConfigurationOptions>? configure = null)
    {
        var address = spec.Metadata.RequiredText("redisHost");
        var options = RedisSettings.Read(spec.Metadata);

        // The client refuses CONFIG without this.
        options.AllowAdmin = spec.Type.StartsWith("configuration.", StringComparison.Ordinal);
        configure?.Invoke(options);
        try
        {
            var multiplexer = options.ServiceName is null
                ? await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(cancellationToken)
                : await ConnectToMasterAsync(spec.Metadata, options).WaitAsync(cancellationToken);
            var connection = new RedisConnection(multiplexer, address);
            multiplexer.ConnectionRestored += (_, _) => connection.Restored?.Invoke();
            multiplexer.ConfigurationChanged += (_, _) => connection.Restored?.Invoke();
            return connection;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            throw new ComponentException($"redis store: error connecting to redis at {address}: {exception.Message}", exception);
        }
    }

    /// <summary>Runs commands; failures of the connection become clear ones.</summary>
    /// <exception cref="ComponentException">Redis cannot be reached, or did not answer in time.</exception>
    public async ValueTask<T> RunAsync<TArgument, T>(TArgument argument, Func<IDatabase, TArgument, Task<T>> commands, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await commands(Database, argument);
        }
        catch (Exception exception) when (exception is RedisConnectionException or TimeoutException or ObjectDisposedException)
        {
            throw new ComponentException(
                exception is TimeoutException ? $"redis at {_address} did not answer in time" : $"redis at {_address} cannot be reached", exception);
        }
    }

    /// <summary>Closes without waiting for commands under way; they fail.</summary>
    public async ValueTask AbortAsync()
    {
        Restored = null;
        await _multiplexer.CloseAsync(allowCommandsToComplete: false);
        await _multiplexer.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Restored = null;
        await _multiplexer.DisposeAsync();
    }

    private static async Task<ConnectionMultiplexer> ConnectToMasterAsync(ComponentMetadata metadata, ConfigurationOptions options)
    {
        var sentinels = options.Clone();
        sentinels.CommandMap = CommandMap.Sentinel;
        sentinels.User = metadata.Text("sentinelUsername");
        sentinels.Password = metadata.Text("sentinelPassword");
        var sentinel = await ConnectionMultiplexer.SentinelConnectAsync(sentinels);
        return sentinel.GetSentinelMasterConnection(options);
    }
}
