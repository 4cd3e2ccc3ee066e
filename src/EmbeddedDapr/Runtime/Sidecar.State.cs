using EmbeddedDapr.State;

namespace EmbeddedDapr.Runtime;

/// <content>State.</content>
public sealed partial class Sidecar
{
    /// <summary>The state API.</summary>
    public StateApi State => LazyInitializer.EnsureInitialized(ref field, () => new StateApi(this))!;
}
