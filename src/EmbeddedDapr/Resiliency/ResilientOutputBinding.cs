using EmbeddedDapr.Bindings;
using EmbeddedDapr.Components;

namespace EmbeddedDapr.Resiliency;

/// <summary>An output binding under an outbound policy.</summary>
internal sealed class ResilientOutputBinding(IOutputBinding inner, ResiliencyPolicy policy) : IOutputBinding, IComponentDecorator
{
    public IReadOnlyList<string> Operations => inner.Operations;

    public IAsyncDisposable Inner => inner;

    public ValueTask<OutputBindingResponse> InvokeAsync(OutputBindingRequest request, CancellationToken cancellationToken) =>
        policy.CallAsync(static (call, token) => call.inner.InvokeAsync(call.request, token), (inner, request), cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
