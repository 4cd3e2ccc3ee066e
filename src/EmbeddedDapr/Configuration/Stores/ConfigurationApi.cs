using System.Collections.Concurrent;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Runtime;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Configuration.Stores;

/// <summary>
/// The configuration API of one sidecar (Dapr API reference, configuration). Changes go to the app (subscriptions over HTTP) or into the caller's stream (over gRPC); the ids
/// of the two kinds are kept apart (recorded: grpc-config-subscribe-http). Thread safe.
/// </summary>
public sealed class ConfigurationApi : IAsyncDisposable
{
    private readonly Sidecar _sidecar;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, ConfigurationSubscription> _ofApp = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConfigurationSubscription> _ofStreams = new(StringComparer.Ordinal);

    internal ConfigurationApi(Sidecar sidecar)
    {
        _sidecar = sidecar;
        _logger = sidecar.Loggers.CreateLogger<ConfigurationApi>();
    }

    /// <summary>Whether the store can be used; null: yes.</summary>
    public ApiError? Check(string store) => Find(store, out _);

    /// <summary>Settings by key; no keys: all.</summary>
    public async ValueTask<ApiResult<IReadOnlyDictionary<string, ConfigurationItem>>> GetAsync(string store, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        if (Find(store, out var settings) is { } refusal)
        {
            return refusal;
        }

        var start = _sidecar.Metrics?.Start() ?? 0;
        try
        {
            var found = await settings.GetAsync(keys, cancellationToken);
            _sidecar.Metrics?.ConfigurationStore(store, "get", success: true, start);
            return ApiResult.Ok(found);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _sidecar.Metrics?.ConfigurationStore(store, "get", success: false, start);
            return ApiErrors.ConfigurationGet(store, keys, exception.Message);
        }
    }

    /// <summary>Changes of these keys (no keys: of all) are posted to the app from now on; answers the subscription's id.</summary>
    public async ValueTask<ApiResult<string>> SubscribeAppAsync(string store, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        if (Find(store, out var settings) is { } refusal)
        {
            return refusal;
        }

        if (_sidecar.App is not { } app)
        {
            return ApiErrors.ConfigurationNoApp();
        }

        var id = Guid.NewGuid().ToString();
        return await StartAsync(_ofApp, id, store, settings, keys, (key, item, token) => PostAsync(app, store, id, key, item, token), cancellationToken);
    }

    /// <summary>
    /// Hands changes to <paramref name="deliver"/> until the subscription is ended or the caller goes; first <paramref name="begin"/> gets the id. Null: it ended in good order.
    /// </summary>
    public async ValueTask<ApiError?> StreamAsync(
        string store,
        IReadOnlyList<string> keys,
        Func<string, ValueTask> begin,
        Func<string, string, ConfigurationItem, ValueTask> deliver,
        CancellationToken cancellationToken)
    {
        if (Find(store, out var settings) is { } refusal)
        {
            return refusal;
        }

        // The id goes first, whatever changes meanwhile.
        var id = Guid.NewGuid().ToString();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = await StartAsync(
            _ofStreams,
            id,
            store,
            settings,
            keys,
            async (key, item, token) =>
            {
                await begun.Task.WaitAsync(token);
                await deliver(id, key, item);
            },
            cancellationToken);
        if (started.Error is { } error)
        {
            return error;
        }

        try
        {
            await begin(id);
            begun.SetResult();
            if (_ofStreams.TryGetValue(id, out var subscription))
            {
                await EndOfAsync(subscription.Ended, cancellationToken);
            }

            return null;
        }
        finally
        {
            begun.TrySetCanceled(CancellationToken.None);
            await EndAsync(_ofStreams, id);
        }
    }

    /// <summary>Ends a subscription of the app; null: there is none of that id. One of a stream can be ended here too.</summary>
    public async ValueTask<string?> UnsubscribeAppAsync(string id) => await EndAsync(_ofApp, id) || await EndAsync(_ofStreams, id)
        ? null
        : $"failed to unsubscribe to configuration request {id}: subscription with id {id} does not exist";

    /// <summary>Ends a stream; null: done, else why not.</summary>
    public async ValueTask<string?> UnsubscribeStreamAsync(string id) =>
        await EndAsync(_ofStreams, id) ? null : $"failed to unsubscribe to configuration request {id}: subscription does not exist";

    /// <summary>Ends every subscription.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var kind in new[] { _ofApp, _ofStreams })
        {
            foreach (var id in kind.Keys)
            {
                await EndAsync(kind, id);
            }
        }
    }

    private static async ValueTask<bool> EndAsync(ConcurrentDictionary<string, ConfigurationSubscription> kind, string id)
    {
        if (!kind.TryRemove(id, out var subscription))
        {
            return false;
        }

        await subscription.DisposeAsync();
        return true;
    }

    private static async Task EndOfAsync(CancellationToken ended, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, cancellationToken);
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = either.Token.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), end);
        await end.Task;
    }

    private ApiError? Find(string store, out IConfigurationStore settings)
    {
        var stores = _sidecar.Components.ConfigurationStores;
        if (stores.TryGetValue(store, out var loaded))
        {
            settings = loaded.Instance;
            return null;
        }

        settings = null!;
        return stores.Count == 0 ? ApiErrors.ConfigurationStoresNotConfigured() : ApiErrors.ConfigurationStoreNotFound(store);
    }

    private async ValueTask<ApiResult<string>> StartAsync(
        ConcurrentDictionary<string, ConfigurationSubscription> kind,
        string id,
        string store,
        IConfigurationStore settings,
        IReadOnlyList<string> keys,
        Func<string, ConfigurationItem, CancellationToken, ValueTask> deliver,
        CancellationToken cancellationToken)
    {
        if (_ofApp.Count + _ofStreams.Count >= _sidecar.Options.ConfigurationSubscriptionsMax)
        {
            return ApiErrors.ConfigurationSubscribe(store, keys, $"there are {_sidecar.Options.ConfigurationSubscriptionsMax} subscriptions already");
        }

        try
        {
            kind[id] = await ConfigurationSubscription.StartAsync(settings, keys, _sidecar.Options.ConfigurationChangesMax, deliver, _logger, cancellationToken);
            return id;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.ConfigurationSubscribe(store, keys, exception.Message);
        }
    }

    private static async ValueTask PostAsync(IAppChannel app, string store, string id, string key, ConfigurationItem item, CancellationToken cancellationToken)
    {
        var response = await app.SendAsync(
            new AppRequest
            {
                Method = "POST",
                Path = $"/configuration/{ConfigurationJson.EscapePath(store)}/{ConfigurationJson.EscapePath(key)}",
                ContentType = "application/json",
                Body = ConfigurationJson.Update(id, key, item),
            },
            cancellationToken);
        if (response.Status is < 200 or > 299)
        {
            throw new AppUnreachableException($"the app answered {response.Status}");
        }
    }
}
