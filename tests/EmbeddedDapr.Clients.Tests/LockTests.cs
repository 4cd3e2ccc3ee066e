using Dapr.Client;

namespace EmbeddedDapr.Clients.Tests;

#pragma warning disable DAPR_DISTRIBUTEDLOCK // locks are an alpha of the client
public sealed class LockTests(ClientApp app) : IClassFixture<ClientApp>
{
    private DaprClient Client => app.Client;

    [Fact]
    public async Task One_owner_at_a_time()
    {
        var mine = await Client.Lock("locks", "thing", "me", 60);
        Assert.True(mine.Success);
        Assert.False((await Client.Lock("locks", "thing", "you", 60)).Success);

        Assert.Equal(LockStatus.LockBelongsToOthers, (await Client.Unlock("locks", "thing", "you")).status);
        Assert.Equal(LockStatus.Success, (await Client.Unlock("locks", "thing", "me")).status);
        Assert.Equal(LockStatus.LockDoesNotExist, (await Client.Unlock("locks", "thing", "me")).status);
    }
}
