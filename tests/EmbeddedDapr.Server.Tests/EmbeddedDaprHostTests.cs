using Dapr.Client;
using EmbeddedDapr.Components;

namespace EmbeddedDapr.Server.Tests;

public sealed class EmbeddedDaprHostTests
{
    [Fact]
    public async Task Five_lines_give_a_running_instance()
    {
        await using var dapr = await EmbeddedDaprHost.StartAsync();
        using var client = new DaprClientBuilder().UseHttpEndpoint(dapr.HttpEndpoint.ToString()).UseGrpcEndpoint(dapr.GrpcEndpoint.ToString()).Build();
        await client.SaveStateAsync("statestore", "key", 42);
        await client.PublishEventAsync("pubsub", "topic", "event");
        Assert.Equal(42, await client.GetStateAsync<int>("statestore", "key"));
    }

    [Fact]
    public async Task Two_instances_do_not_meet()
    {
        await using var one = await EmbeddedDaprHost.StartAsync();
        await using var other = await EmbeddedDaprHost.StartAsync();
        using var writer = new DaprClientBuilder().UseGrpcEndpoint(one.GrpcEndpoint.ToString()).Build();
        using var reader = new DaprClientBuilder().UseGrpcEndpoint(other.GrpcEndpoint.ToString()).Build();

        await writer.SaveStateAsync("statestore", "key", 42);

        Assert.Equal(0, await reader.GetStateAsync<int>("statestore", "key"));
    }

    [Fact]
    public async Task A_resource_that_cannot_be_read_is_named()
    {
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => EmbeddedDaprHost.StartAsync(new EmbeddedDaprHostOptions { Resources = "kind: [" }));

        Assert.Contains("inline", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_component_that_does_not_start_is_named()
    {
        var failure = await Assert.ThrowsAsync<ComponentException>(() => EmbeddedDaprHost.StartAsync(new EmbeddedDaprHostOptions
        {
            Resources = """
                apiVersion: dapr.io/v1alpha1
                kind: Component
                metadata: {name: odd}
                spec: {type: state.unheard-of, version: v1}
                """,
        }));

        Assert.Contains("odd", failure.Message, StringComparison.Ordinal);
    }
}
