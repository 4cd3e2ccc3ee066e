using EmbeddedDapr.Secrets;

namespace EmbeddedDapr.Runtime;

/// <content>Secrets.</content>
public sealed partial class Sidecar
{
    /// <summary>The secrets API.</summary>
    public SecretApi Secrets => LazyInitializer.EnsureInitialized(ref field, () => new SecretApi(this))!;
}
