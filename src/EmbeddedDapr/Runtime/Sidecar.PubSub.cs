using EmbeddedDapr.PubSub;

namespace EmbeddedDapr.Runtime;

/// <content>Pub/sub.</content>
public sealed partial class Sidecar
{
    /// <summary>The publish API.</summary>
    public PubSubApi PubSub => LazyInitializer.EnsureInitialized(ref field, () => new PubSubApi(this))!;

    /// <summary>Subscriptions that live as long as a stream.</summary>
    public StreamSubscriptions Streams => LazyInitializer.EnsureInitialized(ref field, () => new StreamSubscriptions(this))!;
}
