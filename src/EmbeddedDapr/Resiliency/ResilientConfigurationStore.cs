using EmbeddedDapr.Components;
using EmbeddedDapr.Configuration.Stores;

namespace EmbeddedDapr.Resiliency;

/// <summary>A configuration store under an outbound policy.</summary>
internal sealed class ResilientConfigurationStore(IConfigurationStore inner, ResiliencyPolicy policy) : IConfigurationStore, IComponentDecorator
{
    public IAsyncDisposable Inner => inner;

    public ValueTask<IReadOnlyDictionary<string, ConfigurationItem>> GetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        policy.CallAsync(static (call, token) => call.inner.GetAsync(call.keys, token), (inner, keys), cancellationToken);

    public ValueTask<IAsyncDisposable> WatchAsync(IReadOnlyList<string> keys, Action<string> changed, CancellationToken cancellationToken) =>
        policy.CallAsync(static (call, token) => call.inner.WatchAsync(call.keys, call.changed, token), (inner, keys, changed), cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
