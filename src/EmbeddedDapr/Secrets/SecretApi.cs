using EmbeddedDapr.Runtime;
using EmbeddedDapr.Runtime.Configuration;

namespace EmbeddedDapr.Secrets;

/// <summary>The secrets API of one sidecar (Dapr API reference, secrets). Thread safe.</summary>
public sealed class SecretApi
{
    private readonly Sidecar _sidecar;

    private readonly Dictionary<string, SecretScope> _scopes;

    internal SecretApi(Sidecar sidecar)
    {
        _sidecar = sidecar;
        _scopes = sidecar.Options.Configuration.SecretScopes.ToDictionary(scope => scope.StoreName, StringComparer.Ordinal);
    }

    /// <summary>One secret: a map, of one entry in most stores. A missing one is a failure of the store (contract section 7.1).</summary>
    public async ValueTask<ApiResult<IReadOnlyDictionary<string, string>>> GetAsync(
        string store,
        string key,
        IReadOnlyDictionary<string, string> metadata,
        CancellationToken cancellationToken)
    {
        if (TryStore(store, out var secrets) is { } refusal)
        {
            return refusal;
        }

        if (!IsAllowed(store, key))
        {
            return ApiErrors.SecretDenied(store, key);
        }

        var start = _sidecar.Metrics?.Start() ?? 0;
        try
        {
            var secret = await secrets.GetAsync(key, metadata, cancellationToken);
            _sidecar.Metrics?.Secret(store, "get", secret is not null, start);
            return secret is null ? ApiErrors.SecretGet(store, key, $"secret {key} not found") : ApiResult.Ok(secret);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _sidecar.Metrics?.Secret(store, "get", success: false, start);
            return ApiErrors.SecretGet(store, key, exception.Message);
        }
    }

    /// <summary>All secrets by key; those that the app may not read are left out.</summary>
    public async ValueTask<ApiResult<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>>> GetAllAsync(
        string store,
        CancellationToken cancellationToken)
    {
        if (TryStore(store, out var secrets) is { } refusal)
        {
            return refusal;
        }

        var start = _sidecar.Metrics?.Start() ?? 0;
        try
        {
            var all = await secrets.GetAllAsync(cancellationToken);
            _sidecar.Metrics?.Secret(store, "bulk_get", success: true, start);
            return ApiResult.Ok(_scopes.ContainsKey(store) ? all.Where(secret => IsAllowed(store, secret.Key)).ToDictionary(StringComparer.Ordinal) : all);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _sidecar.Metrics?.Secret(store, "bulk_get", success: false, start);
            return ApiErrors.SecretBulkGet(store, exception.Message);
        }
    }

    private bool IsAllowed(string store, string key) => !_scopes.TryGetValue(store, out var scope) || scope.Allows(key);

    private ApiError? TryStore(string store, out ISecretStore secrets)
    {
        var stores = _sidecar.Components.SecretStores;
        if (stores.TryGetValue(store, out var loaded))
        {
            secrets = loaded.Instance;
            return null;
        }

        secrets = null!;
        return stores.Count == 0 ? ApiErrors.SecretStoresNotConfigured() : ApiErrors.SecretStoreNotFound(store);
    }
}
