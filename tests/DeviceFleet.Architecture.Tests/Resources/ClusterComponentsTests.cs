using System.Text.Json;
using DeviceFleet.Architecture.Tests.Repository;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Architecture.Tests.Resources;

/// <summary>components/cluster, with the secret store of either place, against the names in code and against facts of daprd.</summary>
public sealed class ClusterComponentsTests
{
    private static readonly IReadOnlyList<ComponentResource> Components = ResourceFiles.Components(ResourceFiles.Cluster);

    private static IEnumerable<ComponentResource> Inputs => Components.Where(component => component.Value("direction") == "input");

    [Theory]
    [InlineData("host")]
    [InlineData("kubernetes")]
    public void Every_component_that_code_names_is_there_but_for_the_embedded_brokers_own(string place)
    {
        var loaded = Components.Concat(ResourceFiles.Components(place == "host" ? ResourceFiles.Host : ResourceFiles.Kubernetes));

        // Only the embedded broker tells its refusals on a topic.
        Assert.Equal(NamesInCode.Components.Except([DaprNames.RejectionsIn]), loaded.Select(component => component.Metadata.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_is_loaded_by_the_apps_that_use_it() =>
        Assert.All(Components, component => Assert.Equal(NamesInCode.Scopes[component.Metadata.Name], component.Scopes));

    [Fact]
    public void One_store_and_only_one_holds_actors() =>
        Assert.Equal(DaprNames.ActorStateStore, Assert.Single(Components, component => component.Value("actorStateStore") == "true").Metadata.Name);

    [Fact]
    public void Replicas_share_the_topics_that_devices_write() =>
        Assert.All(Inputs, input => Assert.Equal($"$share/{input.Scopes.Single()}/{NamesInCode.Inputs[input.Metadata.Name]}", input.Value("topic")));

    [Fact]
    public void Every_binding_of_every_replica_has_its_own_client_id()
    {
        var bindings = Components.Where(component => component.Spec.Type == "bindings.mqtt3").ToArray();

        Assert.Equal(NamesInCode.Inputs.Count - 1 + 2, bindings.Length); // the inputs without the embedded broker's own, and the outputs
        Assert.All(bindings, binding => Assert.Equal(binding.Metadata.Name + "-{podName}", binding.Value("consumerID")));
    }

    [Fact]
    public void An_input_binding_neither_loses_nor_gives_up_a_message() =>
        Assert.All(Inputs, input =>
        {
            Assert.Equal("false", input.Value("cleanSession"));
            Assert.Equal("-1", input.Value("backOffMaxRetries"));
        });

    [Fact]
    public void Who_competes_for_events_is_told_by_the_sidecars_environment() =>
        Assert.Equal("DEVICEFLEET_CONSUMER", Components.Single(component => component.Metadata.Name == DaprNames.PubSub).Entry("consumerID")?.EnvRef);

    [Fact]
    public void Every_secret_has_its_place_on_one_host()
    {
        var secrets = JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string>>>(Checkout.Read("components/host/secrets.json"))!;

        Assert.Equal(SecretKeys, secrets.SelectMany(secret => secret.Value.Keys.Select(key => $"{secret.Key}/{key}")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_file_store_of_one_host_holds_secrets_with_keys_as_Kubernetes_does()
    {
        var store = Assert.Single(ResourceFiles.Components(ResourceFiles.Host));

        Assert.Equal("true", store.Value("multiValued"));
        Assert.True(File.Exists(Checkout.PathOf(store.Value("secretsFile")!)));
    }

    /// <summary>Every <c>secret/key</c> that a component refers to.</summary>
    internal static IReadOnlyList<string> SecretKeys { get; } =
    [
        .. Components.SelectMany(component => component.Spec.Metadata)
            .Select(entry => entry.SecretKeyRef)
            .OfType<SecretKeyReference>()
            .Select(secret => $"{secret.Name}/{secret.Key}")
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];
}
