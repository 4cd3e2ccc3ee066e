using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Configuration.Stores;

/// <summary>One subscription: waits for changes, reads what the key is by then, and hands it over, one after the other. Ends when disposed.</summary>
internal sealed partial class ConfigurationSubscription : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly ChangedKeys _changed;
    private readonly IConfigurationStore _store;
    private readonly Func<string, ConfigurationItem, CancellationToken, ValueTask> _deliver;
    private readonly ILogger _logger;
    private IAsyncDisposable? _watch;
    private Task _pump = Task.CompletedTask;
    private int _disposed;

    private ConfigurationSubscription(
        IConfigurationStore store, int changesMax, Func<string, ConfigurationItem, CancellationToken, ValueTask> deliver, ILogger logger)
    {
        _store = store;
        _changed = new ChangedKeys(changesMax);
        _deliver = deliver;
        _logger = logger;
        Ended = _ending.Token;
    }

    /// <summary>Cancelled when it ends.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Starts one; completes once changes are seen.</summary>
    public static async ValueTask<ConfigurationSubscription> StartAsync(
        IConfigurationStore store,
        IReadOnlyList<string> keys,
        int changesMax,
        Func<string, ConfigurationItem, CancellationToken, ValueTask> deliver,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        var subscription = new ConfigurationSubscription(store, changesMax, deliver, logger);
        try
        {
            subscription._watch = await store.WatchAsync(keys, subscription._changed.Add, cancellationToken);
        }
        catch
        {
            await subscription.DisposeAsync();
            throw;
        }

        subscription._pump = subscription.PumpAsync();
        return subscription;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _ending.CancelAsync();
        if (_watch is not null)
        {
            await _watch.DisposeAsync();
        }

        await _pump;
        _ending.Dispose();
    }

    private async Task PumpAsync()
    {
        while (!Ended.IsCancellationRequested)
        {
            var key = string.Empty;
            try
            {
                key = await _changed.TakeAsync(Ended);
                var found = await _store.GetAsync([key], Ended);
                await _deliver(key, found.GetValueOrDefault(key, ConfigurationItem.Gone), Ended);
            }
            catch (OperationCanceledException) when (Ended.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // The change is lost to this subscriber, the next one is not (recorded: config-subscribe-app-fails).
                Log.NotDelivered(_logger, exception, key);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1500, LogLevel.Error, "A change of the setting '{Key}' could not be delivered")]
        public static partial void NotDelivered(ILogger logger, Exception exception, string key);
    }
}
