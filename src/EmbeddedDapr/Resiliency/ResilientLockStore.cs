using EmbeddedDapr.Components;
using EmbeddedDapr.Locks;

namespace EmbeddedDapr.Resiliency;

/// <summary>A lock store under an outbound policy.</summary>
internal sealed class ResilientLockStore(ILockStore inner, ResiliencyPolicy policy) : ILockStore, IComponentDecorator
{
    public IAsyncDisposable Inner => inner;

    public ValueTask<bool> TryLockAsync(string key, string owner, TimeSpan expiry, CancellationToken cancellationToken) =>
        policy.CallAsync(static (call, token) => call.inner.TryLockAsync(call.key, call.owner, call.expiry, token), (inner, key, owner, expiry), cancellationToken);

    public ValueTask<UnlockOutcome> UnlockAsync(string key, string owner, CancellationToken cancellationToken) =>
        policy.CallAsync(static (call, token) => call.inner.UnlockAsync(call.key, call.owner, token), (inner, key, owner), cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
