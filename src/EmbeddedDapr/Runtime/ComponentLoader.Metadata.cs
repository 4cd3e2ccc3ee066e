using EmbeddedDapr.Components;

namespace EmbeddedDapr.Runtime;

public static partial class ComponentLoader
{
    private sealed partial class Loading
    {
        private async ValueTask<ComponentMetadata> ResolveAsync(ComponentResource resource, CancellationToken cancellationToken)
        {
            var values = new List<KeyValuePair<string, string>>(resource.Entries.Count);
            foreach (var entry in resource.Entries)
            {
                var value = entry switch
                {
                    { SecretName: { } secret } => await SecretAsync(resource, entry, secret, cancellationToken),
                    { EnvironmentName: { } variable } => Variable(resource, entry, variable),
                    _ => entry.Value ?? string.Empty,
                };
                values.Add(KeyValuePair.Create(entry.Name, FillIn(value)));
            }

            return new ComponentMetadata(values);
        }

        // A secret that cannot be read leaves the value empty and is told in the log; the component may live without it (recorded: secret-ref-missing-optional).
        private async ValueTask<string> SecretAsync(ComponentResource resource, MetadataEntry entry, string secret, CancellationToken cancellationToken)
        {
            var key = entry.SecretKey is { Length: > 0 } given ? given : secret;
            Exception? cause = null;
            if (resource.SecretStore is { Length: > 0 } storeName && _secretStores.TryGetValue(storeName, out var store))
            {
                try
                {
                    if (await store.Instance.GetAsync(secret, new Dictionary<string, string>(), cancellationToken) is { } found && found.TryGetValue(key, out var value))
                    {
                        return value;
                    }
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    cause = e;
                }
            }

            Log.SecretMissing(_logger, cause, resource.Spec.Name, entry.Name, secret, key);
            return string.Empty;
        }

        private string Variable(ComponentResource resource, MetadataEntry entry, string variable)
        {
            // The runtime's own tokens must not leak into a component (contract section 8.1).
            if (variable.StartsWith("DAPR_", StringComparison.OrdinalIgnoreCase)
                || variable.Equals("APP_API_TOKEN", StringComparison.OrdinalIgnoreCase)
                || variable.Contains(' '))
            {
                Log.VariableRefused(_logger, resource.Spec.Name, entry.Name, variable);
                return string.Empty;
            }

            return context.Environment(variable) ?? string.Empty;
        }

        private string FillIn(string value)
        {
            if (!value.Contains('{'))
            {
                return value;
            }

            var filled = value
                .Replace("{uuid}", Guid.NewGuid().ToString(), StringComparison.Ordinal)
                .Replace("{appID}", context.AppId, StringComparison.Ordinal)
                .Replace("{namespace}", $"{context.Namespace}.{context.AppId}", StringComparison.Ordinal);
            if (!filled.Contains("{podName}", StringComparison.Ordinal))
            {
                return filled; // unknown templates stay (recorded: runtime-templates)
            }

            return context.Environment("POD_NAME") is { Length: > 0 } pod
                ? filled.Replace("{podName}", pod, StringComparison.Ordinal)
                : throw new ComponentException("the template {podName} needs the environment variable POD_NAME"); // recorded: runtime-templates-missing
        }
    }
}
