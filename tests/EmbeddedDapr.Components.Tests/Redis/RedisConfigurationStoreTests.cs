using EmbeddedDapr.Components.Redis;
using EmbeddedDapr.Components.Tests.Conformance;
using EmbeddedDapr.Configuration.Stores;
using StackExchange.Redis;

namespace EmbeddedDapr.Components.Tests.Redis;

public sealed class RedisConfigurationStoreTests : IAsyncLifetime
{
    private RedisServer _server = null!;
    private ConnectionMultiplexer _redis = null!;
    private IConfigurationStore _store = null!;

    private IDatabase Database => _redis.GetDatabase();

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartNewAsync();
        _redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_server.Port},abortConnect=false");
        _store = await RedisConfigurationStore.OpenAsync(
            _server.Spec("configuration.redis", ("readTimeout", "500ms")), TestComponents.Context(TimeProvider.System, "."), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _store.DisposeAsync();
            await _redis.DisposeAsync();
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Values_are_split_from_their_versions_and_other_types_left_out()
    {
        await Database.StringSetAsync([new("a", "1||v1"), new("b", "two"), new("c", "x||y||z"), new("d", "||v9"), new("e", "")]);
        await Database.ListLeftPushAsync("list", "x");

        var all = await _store.GetAsync([], CancellationToken.None);
        var some = await _store.GetAsync(["a", "a", "list", "nobody"], CancellationToken.None);

        Assert.Equal([("a", "1", "v1"), ("b", "two", ""), ("c", "x", "y")], all.Select(pair => (pair.Key, pair.Value.Value, pair.Value.Version)).Order());
        Assert.Equal(["a"], some.Keys);
    }

    [Fact]
    public async Task Changes_deletions_and_expiry_are_told_until_the_watch_ends()
    {
        var told = new List<string>();
        var last = new SemaphoreSlim(0);
        await Database.StringSetAsync("a", "0");
        var watch = await _store.WatchAsync(
            ["a", "b*"],
            key =>
            {
                lock (told)
                {
                    told.Add(key);
                }

                last.Release();
            },
            CancellationToken.None);

        await Database.StringSetAsync("a", "1");
        await Database.StringSetAsync("bystander", "1");
        await Database.KeyDeleteAsync("a");
        await Database.StringSetAsync("b*", "1");
        for (var i = 0; i < 3; i++)
        {
            await last.WaitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(["a", "a", "b*"], told.Order());
        await watch.DisposeAsync();
        await Database.StringSetAsync("a", "2");
        Assert.Equal(0, last.CurrentCount);
    }

    [Fact]
    public async Task Notifications_are_switched_on_again_after_a_restart_of_the_server()
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var watch = await _store.WatchAsync([], _ => told.TrySetResult(), CancellationToken.None);
        var back = new TaskCompletionSource();
        _redis.ConnectionRestored += (_, _) => back.TrySetResult();
        await _server.StopAsync();
        await _server.StartAsync();
        await back.Task;

        while (!told.Task.IsCompleted)
        {
            try
            {
                await Database.StringSetAsync("a", "1");
                await Database.PingAsync();
            }
            catch (RedisException)
            {
                // Still on its way back.
            }
        }
    }
}
