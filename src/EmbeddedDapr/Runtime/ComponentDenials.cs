using EmbeddedDapr.Runtime.Configuration;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Runtime;

/// <summary><c>spec.components.deny</c> of the Configuration: component types that are not loaded (contract section 8.1).</summary>
internal static partial class ComponentDenials
{
    /// <summary>The resources without components of a denied <c>type</c> or <c>type/version</c>; each is told in the log, and none ends the program.</summary>
    public static ResourceSet Apply(ResourceSet resources, RuntimeConfiguration configuration, ILogger logger)
    {
        if (configuration.ComponentsDenied.Count == 0)
        {
            return resources;
        }

        var allowed = new List<ComponentResource>(resources.Components.Count);
        foreach (var component in resources.Components)
        {
            var (type, version) = (component.Spec.Type, component.Spec.Version);
            if (configuration.ComponentsDenied.Any(denied => denied.Equals(type, StringComparison.OrdinalIgnoreCase) || denied.Equals($"{type}/{version}", StringComparison.OrdinalIgnoreCase)))
            {
                Log.Denied(logger, component.Spec.Name, type);
            }
            else
            {
                allowed.Add(component);
            }
        }

        return resources with { Components = allowed };
    }

    private static partial class Log
    {
        [LoggerMessage(2110, LogLevel.Warning, "Component {Name} is not loaded: its type {Type} is denied by the configuration")]
        public static partial void Denied(ILogger logger, string name, string type);
    }
}
