using EmbeddedDapr.Components;
using EmbeddedDapr.PubSub;
using YamlDotNet.RepresentationModel;

namespace EmbeddedDapr.Runtime;

public static partial class ResourceLoader
{
    private static ComponentResource? ReadComponent(YamlReader document, YamlMappingNode resource)
    {
        var faultsBefore = document.FaultCount;
        var metadata = document.RequiredMap(resource, "metadata");
        var spec = document.RequiredMap(resource, "spec");
        if (metadata is null || spec is null)
        {
            return null;
        }

        var component = new ComponentResource
        {
            Spec = new ComponentSpec
            {
                Name = document.RequiredText(metadata, "name"),
                Type = document.Text(spec, "type") ?? string.Empty,
                Version = document.Text(spec, "version") is { Length: > 0 } version ? version : "v1",
                Metadata = ComponentMetadata.Empty, // differs from app to app, see ComponentLoader
                Scopes = document.Texts(resource, "scopes"),
                IgnoreErrors = document.Flag(spec, "ignoreErrors"),
                InitTimeout = document.Duration(spec, "initTimeout", TimeSpan.FromSeconds(5)),
            },
            Entries = [.. document.Maps(spec, "metadata").Select(entry => ReadEntry(document, entry))],
            SecretStore = document.Map(resource, "auth") is { } auth ? document.Text(auth, "secretStore") : null,
            Namespace = document.Text(metadata, "namespace"),
            Source = document.At(resource),
        };
        return document.FaultCount == faultsBefore ? component : null;
    }

    private static MetadataEntry ReadEntry(YamlReader document, YamlMappingNode entry)
    {
        var name = document.RequiredText(entry, "name");
        if (document.Map(entry, "secretKeyRef") is { } secret)
        {
            return new MetadataEntry(name, null, document.RequiredText(secret, "name"), document.Text(secret, "key"));
        }

        return document.Text(entry, "envRef") is { } variable
            ? new MetadataEntry(name, null, EnvironmentName: variable)
            : new MetadataEntry(name, YamlReader.Value(entry, "value"));
    }

    private static SubscriptionResource? ReadSubscription(YamlReader document, YamlMappingNode resource, string apiVersion)
    {
        var faultsBefore = document.FaultCount;
        if (document.RequiredMap(resource, "spec") is not { } spec)
        {
            return null;
        }

        var rules = apiVersion == "dapr.io/v1alpha1" ? [new RouteRule(string.Empty, document.RequiredText(spec, "route"))] : ReadRoutes(document, spec);
        var subscription = new AppSubscription
        {
            PubSubName = document.RequiredText(spec, "pubsubname"),
            Topic = document.RequiredText(spec, "topic"),
            Rules = rules,
            Metadata = document.TextMap(spec, "metadata"),
            DeadLetterTopic = document.Text(spec, "deadLetterTopic") is { Length: > 0 } deadLetter ? deadLetter : null,
            Bulk = ReadBulk(document, spec),
            Kind = SubscriptionKind.Declarative,
        };
        return document.FaultCount == faultsBefore ? new SubscriptionResource(subscription, document.Texts(resource, "scopes")) : null;
    }

    private static List<RouteRule> ReadRoutes(YamlReader document, YamlMappingNode spec)
    {
        var rules = new List<RouteRule>();
        if (document.Map(spec, "routes") is not { } routes)
        {
            return rules;
        }

        foreach (var rule in document.Maps(routes, "rules"))
        {
            rules.Add(new RouteRule(document.RequiredText(rule, "match"), document.RequiredText(rule, "path")));
        }

        if (document.Text(routes, "default") is { Length: > 0 } otherwise)
        {
            rules.Add(new RouteRule(string.Empty, otherwise));
        }

        return rules;
    }

    private static BulkSubscribeOptions? ReadBulk(YamlReader document, YamlMappingNode spec) =>
        document.Map(spec, "bulkSubscribe") is { } bulk && document.Flag(bulk, "enabled")
            ? new BulkSubscribeOptions(
                document.Number(bulk, "maxMessagesCount", 100),
                TimeSpan.FromMilliseconds(document.Number(bulk, "maxAwaitDurationMs", 1000)))
            : null;
}
