namespace EmbeddedDapr.Components;

/// <summary>A component around another one.</summary>
internal interface IComponentDecorator
{
    /// <summary>The one inside.</summary>
    IAsyncDisposable Inner { get; }
}

/// <summary>What a component can do beside its own kind, whatever stands around it.</summary>
internal static class ComponentFeatures
{
    /// <summary>The component as <typeparamref name="T"/>; null: it, and what it stands around, is none.</summary>
    public static T? Feature<T>(this IAsyncDisposable component)
        where T : class
    {
        while (true)
        {
            switch (component)
            {
                case T feature:
                    return feature;
                case IComponentDecorator decorator:
                    component = decorator.Inner;
                    break;
                default:
                    return null;
            }
        }
    }
}
