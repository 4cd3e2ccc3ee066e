using EmbeddedDapr.Components;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.State;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceFleet.Benchmarks;

/// <summary>The components under test, made as the runtime makes them.</summary>
internal static class StorageComponents
{
    public static ValueTask<IStateStore> StateAsync(string folder) =>
        BuiltInComponents.Catalog().StateStores["state.sqlite"](Spec("state.sqlite"), Context(folder), CancellationToken.None);

    public static ValueTask<IPubSubComponent> PubSubAsync(string folder) =>
        BuiltInComponents.Catalog().PubSubs["pubsub.sqlite"](Spec("pubsub.sqlite"), Context(folder), CancellationToken.None);

    private static ComponentSpec Spec(string type) => new()
    {
        Name = type,
        Type = type,
        Metadata = new ComponentMetadata([KeyValuePair.Create("connectionString", "bench.db")]),
    };

    private static ComponentContext Context(string folder) => new()
    {
        AppId = "bench",
        Namespace = "default",
        Time = TimeProvider.System,
        Loggers = NullLoggerFactory.Instance,
        Environment = static _ => null,
        BaseDirectory = folder,
    };
}
