using Dapr;
using Dapr.Client;

namespace EmbeddedDapr.Clients.Tests;

public sealed class SidecarTests(ClientApp app) : IClassFixture<ClientApp>
{
    private DaprClient Client => app.Client;

    [Fact]
    public async Task It_is_healthy_and_tells_what_it_has()
    {
        await Client.WaitForSidecarAsync();

        Assert.True(await Client.CheckHealthAsync());
        Assert.True(await Client.CheckOutboundHealthAsync());
        var metadata = await Client.GetMetadataAsync();
        Assert.Equal("clients", metadata.Id);
        Assert.Contains(metadata.Components, component => component is { Name: "statestore", Type: "state.sqlite" });
    }

    [Fact]
    public async Task What_was_set_as_metadata_is_told()
    {
        await Client.SetMetadataAsync("color", "blue");

        Assert.Equal("blue", (await Client.GetMetadataAsync()).Extended["color"]);
    }

    [Fact]
    public async Task Secrets_are_read_one_by_one_and_all()
    {
        Assert.Equal("p1", (await Client.GetSecretAsync("secrets", "db:password"))["db:password"]);
        Assert.Equal(["db:password", "plain"], (await Client.GetBulkSecretAsync("secrets")).Keys.Order(StringComparer.Ordinal));
        await Assert.ThrowsAsync<DaprException>(() => Client.GetSecretAsync("secrets", "none"));
        await Assert.ThrowsAsync<DaprException>(() => Client.GetSecretAsync("nowhere", "db:password"));
    }
}
