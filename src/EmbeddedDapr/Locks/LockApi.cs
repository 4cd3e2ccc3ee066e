using EmbeddedDapr.Runtime;
using EmbeddedDapr.State;

namespace EmbeddedDapr.Locks;

/// <summary>A request for a lock as an app sends it.</summary>
/// <param name="ResourceId">What is locked.</param>
/// <param name="LockOwner">Who asks; a fresh text for each holder.</param>
/// <param name="ExpirySeconds">When it is free again by itself; not read when a lock is given back.</param>
public sealed record LockRequest(string ResourceId, string LockOwner, int ExpirySeconds = 0);

/// <summary>The distributed lock API of one sidecar (Dapr API reference, distributed lock). Arguments are checked before the store (recorded: lock-no-store). Thread safe.</summary>
public sealed class LockApi
{
    private const string KeyPrefix = "lock||";
    private readonly Sidecar _sidecar;
    private readonly Dictionary<string, string> _prefixes = new(StringComparer.Ordinal);

    internal LockApi(Sidecar sidecar)
    {
        _sidecar = sidecar;
        foreach (var (name, loaded) in sidecar.Components.LockStores)
        {
            _prefixes[name] = KeyPrefix + StateKeys.PrefixOf(loaded.Spec, sidecar.Options);
        }
    }

    /// <summary>Whether the lock was taken.</summary>
    public async ValueTask<ApiResult<bool>> TryLockAsync(string store, LockRequest request, CancellationToken cancellationToken)
    {
        if ((request.ExpirySeconds <= 0 ? ApiErrors.LockExpiry(store) : null) is { } expiry)
        {
            return expiry;
        }

        if (Find(store, request, out var locks) is { } refusal)
        {
            return refusal;
        }

        if (!StateKeys.IsLegal(request.ResourceId))
        {
            return ApiErrors.TryLock(IllegalKey(request.ResourceId));
        }

        try
        {
            return await locks.TryLockAsync(_prefixes[store] + request.ResourceId, request.LockOwner, TimeSpan.FromSeconds(request.ExpirySeconds), cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.TryLock(exception.Message);
        }
    }

    /// <summary>What became of giving it back.</summary>
    public async ValueTask<ApiResult<UnlockOutcome>> UnlockAsync(string store, LockRequest request, CancellationToken cancellationToken)
    {
        if (Find(store, request, out var locks) is { } refusal)
        {
            return refusal;
        }

        if (!StateKeys.IsLegal(request.ResourceId))
        {
            return ApiErrors.Unlock(IllegalKey(request.ResourceId));
        }

        try
        {
            return await locks.UnlockAsync(_prefixes[store] + request.ResourceId, request.LockOwner, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.Unlock(exception.Message);
        }
    }

    private static string IllegalKey(string resource) => $"input key/keyPrefix '{resource}' can't contain '||'";

    private ApiError? Find(string store, LockRequest request, out ILockStore locks)
    {
        locks = null!;
        if (request.ResourceId.Length == 0)
        {
            return ApiErrors.LockResource(store);
        }

        if (request.LockOwner.Length == 0)
        {
            return ApiErrors.LockOwner(store);
        }

        if (!_sidecar.Components.LockStores.TryGetValue(store, out var loaded))
        {
            return _prefixes.Count == 0 ? ApiErrors.LockStoreNotConfigured() : ApiErrors.LockStoreNotFound(store);
        }

        locks = loaded.Instance;
        return null;
    }
}
