using EmbeddedDapr.Components;
using EmbeddedDapr.State;

namespace EmbeddedDapr.Resiliency;

/// <summary>A state store under an outbound policy.</summary>
internal sealed class ResilientStateStore(IStateStore inner, ResiliencyPolicy policy) : IStateStore, IComponentDecorator
{
    public StateStoreFeatures Features => inner.Features;

    public StateStoreTraits Traits => inner.Traits;

    public IAsyncDisposable Inner => inner;

    public ValueTask<StateValue?> GetAsync(string key, CancellationToken cancellationToken) =>
        policy.CallAsync(static (call, token) => call.inner.GetAsync(call.key, token), (inner, key), cancellationToken);

    public ValueTask<IReadOnlyList<StateValue?>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        policy.CallAsync(static (call, token) => call.inner.GetManyAsync(call.keys, token), (inner, keys), cancellationToken);

    public ValueTask<StateWriteOutcome> WriteAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken) =>
        policy.CallAsync(static (call, token) => call.inner.WriteAsync(call.operations, token), (inner, operations), cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
