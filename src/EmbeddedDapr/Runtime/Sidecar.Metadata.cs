using System.Collections.Concurrent;
using EmbeddedDapr.State;

namespace EmbeddedDapr.Runtime;

/// <summary>A loaded component as <c>/v1.0/metadata</c> shows it.</summary>
/// <param name="Name">Name.</param>
/// <param name="Type">Type.</param>
/// <param name="Version">Version.</param>
/// <param name="Capabilities">Capabilities.</param>
public sealed record ComponentDescription(string Name, string Type, string Version, IReadOnlyList<string> Capabilities);

/// <content>What <c>/v1.0/metadata</c> says (contract section 1.3).</content>
public sealed partial class Sidecar
{
    private readonly ConcurrentDictionary<string, string> _attributes = new(StringComparer.Ordinal);

    /// <summary>Version that the API reports: that of daprd whose behaviour this is.</summary>
    public const string RuntimeVersion = "1.18.3";

    /// <summary>Names of the preview features that are on.</summary>
    public IReadOnlyList<string> EnabledFeatures =>
        [.. Options.Configuration.Features.Keys.Union(Configuration.RuntimeFeatures.OnByDefault, StringComparer.Ordinal).Where(Options.Configuration.HasFeature).Order(StringComparer.Ordinal)];

    /// <summary>Custom attributes.</summary>
    public IReadOnlyDictionary<string, string> Attributes => _attributes;

    /// <summary>Sets a custom attribute.</summary>
    public void SetAttribute(string name, string value) => _attributes[name] = value;

    /// <summary>Loaded components, by kind.</summary>
    public IReadOnlyList<ComponentDescription> DescribeComponents()
    {
        var described = new Dictionary<string, ComponentDescription>(StringComparer.Ordinal);
        void Add(Components.ComponentSpec spec, params IEnumerable<string> capabilities)
        {
            var earlier = described.TryGetValue(spec.Name, out var known) ? known.Capabilities : [];
            described[spec.Name] = new ComponentDescription(spec.Name, spec.Type, spec.Version, [.. earlier, .. capabilities]);
        }

        foreach (var store in Components.SecretStores.Values)
        {
            Add(store.Spec);
        }

        foreach (var store in Components.StateStores.Values)
        {
            Add(store.Spec, Capabilities(store.Instance.Features));
        }

        foreach (var pubSub in Components.PubSubs.Values)
        {
            Add(pubSub.Spec, pubSub.Spec.Type is "pubsub.in-memory" or "pubsub.mqtt3" ? ["SUBSCRIBE_WILDCARDS"] : []);
        }

        foreach (var spec in Components.ConfigurationStores.Values.Select(store => store.Spec).Concat(Components.LockStores.Values.Select(store => store.Spec)))
        {
            Add(spec);
        }

        foreach (var binding in Components.InputBindings.Values)
        {
            Add(binding.Spec, "INPUT_BINDING");
        }

        foreach (var binding in Components.OutputBindings.Values)
        {
            Add(binding.Spec, "OUTPUT_BINDING");
        }

        return [.. described.Values];
    }

    private static IEnumerable<string> Capabilities(StateStoreFeatures features)
    {
        (StateStoreFeatures Flag, string Name)[] names =
        [
            (StateStoreFeatures.ETag, "ETAG"),
            (StateStoreFeatures.Transactional, "TRANSACTIONAL"),
            (StateStoreFeatures.Ttl, "TTL"),
            (StateStoreFeatures.DeleteWithPrefix, "DELETE_WITH_PREFIX"),
            (StateStoreFeatures.KeysLike, "KEYS_LIKE"),
            (StateStoreFeatures.Query, "QUERY_API"),
            (StateStoreFeatures.ETag | StateStoreFeatures.Transactional, "ACTOR"),
        ];
        return names.Where(name => (features & name.Flag) == name.Flag).Select(name => name.Name);
    }
}
