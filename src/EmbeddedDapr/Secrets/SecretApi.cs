using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.Secrets;

/// <summary>The secrets API of one sidecar (Dapr API reference, secrets). Thread safe.</summary>
public sealed class SecretApi
{
    private readonly Sidecar _sidecar;

    internal SecretApi(Sidecar sidecar) => _sidecar = sidecar;

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

        try
        {
            var secret = await secrets.GetAsync(key, metadata, cancellationToken);
            return secret is null ? ApiErrors.SecretGet(store, key, $"secret {key} not found") : ApiResult.Ok(secret);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.SecretGet(store, key, exception.Message);
        }
    }

    /// <summary>All secrets by key.</summary>
    public async ValueTask<ApiResult<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>>> GetAllAsync(
        string store,
        CancellationToken cancellationToken)
    {
        if (TryStore(store, out var secrets) is { } refusal)
        {
            return refusal;
        }

        try
        {
            return ApiResult.Ok(await secrets.GetAllAsync(cancellationToken));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.SecretBulkGet(store, exception.Message);
        }
    }

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
