using EmbeddedDapr.Secrets;

namespace EmbeddedDapr.Components.Secrets;

/// <summary>Secret stores of the catalog.</summary>
public static class SecretComponents
{
    /// <summary>Adds <c>secretstores.local.file</c> and <c>secretstores.local.env</c> (contract section 7.1).</summary>
    public static ComponentCatalog AddSecretStores(this ComponentCatalog catalog)
    {
        catalog.SecretStores["secretstores.local.file"] = async (spec, context, cancellationToken) =>
            await LocalFileSecretStore.OpenAsync(spec.Metadata, context.BaseDirectory, cancellationToken);
        catalog.SecretStores["secretstores.local.env"] = static (spec, context, _) =>
            ValueTask.FromResult<ISecretStore>(new LocalEnvironmentSecretStore(
                spec.Metadata.Text("prefix") ?? string.Empty, context.Environment, LocalEnvironmentSecretStore.ProcessVariables));
        return catalog;
    }
}
