using EmbeddedDapr.Components;
using EmbeddedDapr.Secrets;

namespace EmbeddedDapr.Resiliency;

/// <summary>A secret store under an outbound policy.</summary>
internal sealed class ResilientSecretStore(ISecretStore inner, ResiliencyPolicy policy) : ISecretStore, IComponentDecorator
{
    public IAsyncDisposable Inner => inner;

    public ValueTask<IReadOnlyDictionary<string, string>?> GetAsync(string key, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken) =>
        policy.CallAsync(static (call, token) => call.inner.GetAsync(call.key, call.metadata, token), (inner, key, metadata), cancellationToken);

    public ValueTask<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> GetAllAsync(CancellationToken cancellationToken) =>
        policy.CallAsync(static (store, token) => store.GetAllAsync(token), inner, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
