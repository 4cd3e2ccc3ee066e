using EmbeddedDapr.Bindings;

namespace EmbeddedDapr.Components.Http;

/// <summary>The HTTP binding of the catalog.</summary>
public static class HttpComponents
{
    /// <summary>Adds <c>bindings.http</c>, which only writes.</summary>
    public static ComponentCatalog AddHttp(this ComponentCatalog catalog)
    {
        catalog.OutputBindings["bindings.http"] = static (spec, context, _) =>
            ValueTask.FromResult<IOutputBinding>(new HttpOutputBinding(HttpBindingMetadata.Read(spec.Metadata), context.Time));
        return catalog;
    }
}
