using EmbeddedDapr.Bindings;

namespace EmbeddedDapr.Components.LocalStorage;

/// <summary>The file binding of the catalog.</summary>
public static class LocalStorageComponents
{
    /// <summary>Adds <c>bindings.localstorage</c>, an output binding. Metadata: <c>rootPath</c>, made if it is not there, relative to <see cref="ComponentContext.BaseDirectory"/>.</summary>
    public static ComponentCatalog AddLocalStorage(this ComponentCatalog catalog)
    {
        catalog.OutputBindings["bindings.localstorage"] = static (spec, context, _) =>
        {
            var root = Path.GetFullPath(spec.Metadata.RequiredText("rootPath"), context.BaseDirectory);
            Directory.CreateDirectory(root);
            return ValueTask.FromResult<IOutputBinding>(new LocalStorageBinding(root));
        };
        return catalog;
    }
}
