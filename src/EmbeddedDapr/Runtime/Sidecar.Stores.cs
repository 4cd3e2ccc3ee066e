using EmbeddedDapr.Configuration.Stores;
using EmbeddedDapr.Jobs;
using EmbeddedDapr.Locks;

namespace EmbeddedDapr.Runtime;

/// <content>Configuration, locks, jobs.</content>
public sealed partial class Sidecar
{
    /// <summary>The configuration API.</summary>
    public ConfigurationApi ConfigurationStores => LazyInitializer.EnsureInitialized(ref field, () => new ConfigurationApi(this))!;

    /// <summary>The jobs API.</summary>
    public JobApi Jobs => LazyInitializer.EnsureInitialized(ref field, () => new JobApi(this))!;

    /// <summary>The distributed lock API.</summary>
    public LockApi Locks => LazyInitializer.EnsureInitialized(ref field, () => new LockApi(this))!;
}
