using EmbeddedDapr.Bindings;

namespace EmbeddedDapr.Runtime;

/// <content>Output bindings.</content>
public sealed partial class Sidecar
{
    /// <summary>The output bindings API.</summary>
    public OutputBindingApi OutputBindings => LazyInitializer.EnsureInitialized(ref field, () => new OutputBindingApi(this))!;
}
