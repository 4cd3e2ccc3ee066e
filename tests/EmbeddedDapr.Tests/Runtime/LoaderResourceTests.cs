using EmbeddedDapr.PubSub;
using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.Tests.Runtime;

public sealed class LoaderResourceTests
{
    [Fact]
    public void A_component_is_read_with_every_kind_of_metadata()
    {
        var set = ResourceLoader.Parse("x.yaml", """
            # who uses it
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: store
              namespace: prod
            spec:
              type: state.sqlite
              version: v1
              ignoreErrors: true
              initTimeout: 20s
              metadata:
                - name: text
                  value: "abc"
                - name: number
                  value: 007
                - name: flag
                  value: true
                - name: nothing
                  value:
                - name: list
                  value: [1, "2", true]
                - name: map
                  value: { a: { b: x } }
                - name: secret
                  secretKeyRef: { name: s, key: k }
                - name: plainSecret
                  secretKeyRef: { name: s }
                - name: env
                  envRef: HOST
            auth:
              secretStore: vault
            scopes: [devices, gateway]
            """);

        Assert.Empty(set.Faults);
        var component = Assert.Single(set.Components);
        Assert.Equal(("store", "state.sqlite", "v1", true, TimeSpan.FromSeconds(20)),
            (component.Spec.Name, component.Spec.Type, component.Spec.Version, component.Spec.IgnoreErrors, component.Spec.InitTimeout));
        Assert.Equal(["devices", "gateway"], component.Spec.Scopes);
        Assert.Equal(("vault", "prod", "x.yaml(2)"), (component.SecretStore, component.Namespace, component.Source));
        Assert.Equal(
            [
                new MetadataEntry("text", "abc"),
                new MetadataEntry("number", "007"),
                new MetadataEntry("flag", "true"),
                new MetadataEntry("nothing", ""),
                new MetadataEntry("list", """[1,"2",true]"""),
                new MetadataEntry("map", """{"a":{"b":"x"}}"""),
                new MetadataEntry("secret", null, "s", "k"),
                new MetadataEntry("plainSecret", null, "s"),
                new MetadataEntry("env", null, EnvironmentName: "HOST"),
            ],
            component.Entries);
    }

    [Fact]
    public void Documents_are_read_one_by_one_and_other_kinds_are_skipped()
    {
        var set = ResourceLoader.Parse("x.yaml", """
            ---
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: { name: one }
            spec: { type: state.in-memory }
            ---
            apiVersion: dapr.io/v1alpha1
            kind: Configuration
            metadata: { name: c }
            ---
            apiVersion: v1
            kind: Secret
            metadata: { name: k8s }
            ---
            # only a comment
            ---
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: { name: two }
            spec: { type: state.in-memory, version: v1, metadata: [] }
            """);

        Assert.Empty(set.Faults);
        Assert.Equal(["one", "two"], set.Components.Select(c => c.Spec.Name));
        Assert.Equal("v1", set.Components[0].Spec.Version);
        Assert.Equal(TimeSpan.FromSeconds(5), set.Components[0].Spec.InitTimeout);
    }

    [Fact]
    public void Faults_are_told_all_together_with_file_and_line_and_the_rest_is_loaded()
    {
        var set = ResourceLoader.Parse("x.yaml", """
            apiVersion: [dapr
            kind: Component
              bad: : indent
            ---
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: a
            spec:
              type: state.in-memory
              initTimeout: soon
            scopes: nonsense
            ---
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              namespace: x
            spec:
              metadata: [text]
            ---
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: { name: good }
            spec: { type: state.in-memory }
            """);

        Assert.Equal("good", Assert.Single(set.Components).Spec.Name);
        Assert.Equal(5, set.Faults.Count);
        Assert.StartsWith("x.yaml(", set.Faults[0], StringComparison.Ordinal);
        Assert.Contains("x.yaml(12): 'scopes' must be a list", set.Faults);
        Assert.Contains("x.yaml(10): 'initTimeout' is 'soon', not a duration such as 5s", set.Faults);
        Assert.Contains("x.yaml(17): 'name' is missing", set.Faults);
        Assert.Contains("x.yaml(19): a mapping is expected", set.Faults);
    }

    [Fact]
    public void A_subscription_of_version_2_has_its_rules_in_order_and_the_default_last()
    {
        var set = ResourceLoader.Parse("x.yaml", """
            apiVersion: dapr.io/v2alpha1
            kind: Subscription
            metadata: { name: s }
            spec:
              pubsubname: bus
              topic: orders
              metadata: { rawPayload: "true" }
              routes:
                rules:
                  - match: event.type == "a"
                    path: /a
                  - match: event.type == "b"
                    path: /b
                default: /other
              deadLetterTopic: dead
              bulkSubscribe: { enabled: true, maxMessagesCount: 7 }
            scopes: [devices]
            """);

        var (subscription, scopes) = Assert.Single(set.Subscriptions);
        Assert.Equal(["devices"], scopes);
        Assert.Equal(("bus", "orders", "dead", SubscriptionKind.Declarative),
            (subscription.PubSubName, subscription.Topic, subscription.DeadLetterTopic, subscription.Kind));
        Assert.Equal([new RouteRule("event.type == \"a\"", "/a"), new RouteRule("event.type == \"b\"", "/b"), new RouteRule("", "/other")], subscription.Rules);
        Assert.Equal("true", subscription.Metadata["rawPayload"]);
        Assert.Equal(new BulkSubscribeOptions(7, TimeSpan.FromSeconds(1)), subscription.Bulk);
    }

    [Fact]
    public void A_subscription_of_version_1_has_one_route()
    {
        var set = ResourceLoader.Parse("x.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Subscription
            metadata: { name: s }
            spec: { pubsubname: bus, topic: orders, route: /orders }
            """);

        var subscription = Assert.Single(set.Subscriptions).Subscription;
        Assert.Equal([new RouteRule("", "/orders")], subscription.Rules);
        Assert.Null(subscription.Bulk);
        Assert.Null(subscription.DeadLetterTopic);
    }

    [Fact]
    public async Task Folders_are_read_in_order_of_names_without_sub_folders_and_other_namespaces()
    {
        var folder = Directory.CreateTempSubdirectory("resources").FullName;
        try
        {
            await WriteAsync("b.yml", "two", "prod");
            await WriteAsync("a.yaml", "one", null);
            await WriteAsync("c.yaml", "elsewhere", "test");
            await WriteAsync("d.json", "no", null);
            Directory.CreateDirectory(Path.Combine(folder, "sub"));
            await WriteAsync(Path.Combine("sub", "e.yaml"), "below", null);

            var set = await ResourceLoader.LoadAsync([folder, folder + "-missing"], name => name == "NAMESPACE" ? "prod" : null);
            var unset = await ResourceLoader.LoadAsync([folder], _ => null);

            Assert.Equal(["one", "two"], set.Components.Select(c => c.Spec.Name));
            Assert.Equal([folder + "-missing: no such folder"], set.Faults);
            Assert.Equal(["one", "two", "elsewhere"], unset.Components.Select(c => c.Spec.Name));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Task WriteAsync(string file, string name, string? inNamespace) => File.WriteAllTextAsync(Path.Combine(folder, file), $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: { name: {{name}}{{(inNamespace is null ? "" : ", namespace: " + inNamespace)}} }
            spec: { type: state.in-memory }
            """);
    }
}
