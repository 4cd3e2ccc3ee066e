using System.Text;
using EmbeddedDapr.Components.Mqtt;
using EmbeddedDapr.Components.Tests.Conformance;
using EmbeddedDapr.PubSub;

namespace EmbeddedDapr.Components.Tests.Mqtt;

/// <summary>Contract section 5.5, last paragraph; recorded: grpc-pubsub-mqtt-payload.</summary>
public sealed class MqttPubSubTests : IAsyncLifetime
{
    private readonly InProcessBroker _broker = new();
    private readonly ComponentCatalog _catalog = new ComponentCatalog().AddMqtt(options: new MqttBindingOptions { ReconnectDelay = TimeSpan.FromMilliseconds(20) });
    private IPubSubComponent _pubSub = null!;

    public async ValueTask InitializeAsync()
    {
        await _broker.StartAsync();
        _pubSub = await _catalog.PubSubs["pubsub.mqtt3"](
            TestComponents.Spec("pubsub.mqtt3", ("url", $"mqtt://127.0.0.1:{_broker.Port}")), TestComponents.Context(TimeProvider.System, "/"), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _pubSub.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Topics_are_mqtts_with_their_wildcards_and_several_may_be_subscribed_to()
    {
        var (devices, others) = (new Recipient(), new Recipient());
        await using var first = await SubscribeAsync("devices/+", devices);
        await using var second = await SubscribeAsync("others", others);

        await PublishAsync("devices/1", "a");
        await PublishAsync("others", "b");

        var call = await devices.NextAsync("wildcard");
        Assert.Equal(("devices/1", "a"), (call.Only.Topic, Recipient.Text(call.Only)));
        call.Settle();
        Assert.Equal(["b"], await others.TakeAsync(1, "plain topic"));
    }

    [Fact]
    public async Task What_failed_or_was_missed_comes_when_the_subscription_is_made_anew()
    {
        var recipient = new Recipient { Answer = _ => DeliveryVerdict.Failed };
        var subscription = await SubscribeAsync("t", recipient);
        await PublishAsync("t", "failed");
        await recipient.NextAsync("fails");
        await subscription.DisposeAsync();
        await PublishAsync("t", "missed");

        var next = new Recipient();
        await using var again = await SubscribeAsync("t", next);

        Assert.Equal(["failed", "missed"], (await next.TakeAsync(2, "again")).Order(StringComparer.Ordinal));
    }

    private ValueTask<IAsyncDisposable> SubscribeAsync(string topic, Recipient recipient) =>
        _pubSub.SubscribeAsync(new PubSubSubscription { Topic = topic, ConsumerId = "app" }, recipient.HandleAsync, CancellationToken.None);

    private ValueTask PublishAsync(string topic, string text) => _pubSub.PublishAsync(topic, [new(Encoding.UTF8.GetBytes(text), "text/plain")], CancellationToken.None);
}
