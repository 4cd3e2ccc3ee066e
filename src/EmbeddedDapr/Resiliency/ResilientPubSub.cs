using EmbeddedDapr.Components;
using EmbeddedDapr.PubSub;

namespace EmbeddedDapr.Resiliency;

/// <summary>A pub/sub component whose publishing is under an outbound policy; deliveries are not its business.</summary>
internal sealed class ResilientPubSub(IPubSubComponent inner, ResiliencyPolicy policy) : IPubSubComponent, IComponentDecorator
{
    public int AttemptsMax => inner.AttemptsMax;

    public int AttemptsBeforeDeadLetter => inner.AttemptsBeforeDeadLetter;

    public bool PolicyIsFinal => inner.PolicyIsFinal;

    public IAsyncDisposable Inner => inner;

    public async ValueTask PublishAsync(string topic, IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken) => await policy.CallAsync(
        static async (call, token) =>
        {
            await call.inner.PublishAsync(call.topic, call.messages, token);
            return true;
        },
        (inner, topic, messages),
        cancellationToken);

    public ValueTask<IAsyncDisposable> SubscribeAsync(PubSubSubscription subscription, DeliveryHandler handler, CancellationToken cancellationToken) =>
        inner.SubscribeAsync(subscription, handler, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
