using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Architecture.Tests.Resources;

/// <summary>components/local against the names in code.</summary>
public sealed class LocalComponentsTests
{
    private static readonly IReadOnlyList<ComponentResource> Components = ResourceFiles.Components(ResourceFiles.Local);

    [Fact]
    public void Every_component_that_code_names_is_there_and_no_other() =>
        Assert.Equal(NamesInCode.Components, Components.Select(component => component.Metadata.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Each_is_loaded_by_the_apps_that_use_it() =>
        Assert.All(Components, component => Assert.Equal(NamesInCode.Scopes[component.Metadata.Name], component.Scopes));

    [Fact]
    public void One_store_and_only_one_holds_actors()
    {
        var store = Assert.Single(Components, component => component.Value("actorStateStore") == "true");

        Assert.Equal(DaprNames.ActorStateStore, store.Metadata.Name);
        Assert.Equal("state.sqlite", store.Spec.Type);
    }

    [Fact]
    public void State_and_events_are_in_one_database_so_that_they_share_a_commit()
    {
        var databases = Components.Where(component => component.Entry("connectionString") is not null).ToArray();

        Assert.Equal([DaprNames.ArchiveStateStore, DaprNames.PubSub, DaprNames.ActorStateStore, DaprNames.GatewayStateStore], databases.Select(component => component.Metadata.Name));
        Assert.Single(databases.Select(component => component.Entry("connectionString")!.EnvRef).Distinct());
    }

    [Fact]
    public void Input_bindings_read_the_topics_that_devices_write()
    {
        var inputs = Components.Where(component => component.Value("direction") == "input").ToDictionary(component => component.Metadata.Name, component => component.Value("topic")!);

        Assert.Equal(NamesInCode.Inputs.OrderBy(input => input.Key, StringComparer.Ordinal), inputs.OrderBy(input => input.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Bindings_never_share_a_client_id()
    {
        var ids = Components.Select(component => component.Value("consumerID")).OfType<string>().ToArray();

        Assert.Equal(NamesInCode.Inputs.Count + 3, ids.Length);
        Assert.Equal(ids.Distinct(), ids);
    }
}
