using EmbeddedDapr.Components.Redis;
using EmbeddedDapr.Components.Tests.Conformance;
using EmbeddedDapr.Locks;
using StackExchange.Redis;

namespace EmbeddedDapr.Components.Tests.Redis;

public sealed class RedisLockStoreTests : LockStoreConformance
{
    private RedisServer _server = null!;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_lock_is_a_key_with_its_owner_and_an_expiry()
    {
        await TryLock("lock||app||r", "owner");

        await using var redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_server.Port}");
        Assert.Equal("owner", (string?)await redis.GetDatabase().StringGetAsync("lock||app||r"));
        Assert.NotNull(await redis.GetDatabase().KeyTimeToLiveAsync("lock||app||r"));
    }

    protected override async ValueTask<ILockStore> OpenAsync()
    {
        _server = await RedisServer.StartNewAsync();
        return await RedisLockStore.OpenAsync(_server.Spec("lock.redis"), CancellationToken.None);
    }
}
