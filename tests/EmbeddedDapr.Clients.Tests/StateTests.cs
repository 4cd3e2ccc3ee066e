using System.Text;
using Dapr;
using Dapr.Client;

namespace EmbeddedDapr.Clients.Tests;

public sealed class StateTests(ClientApp app) : IClassFixture<ClientApp>
{
    private const string Store = "statestore";

    private DaprClient Client => app.Client;

    [Fact]
    public async Task A_value_comes_back_until_it_is_deleted()
    {
        await Client.SaveStateAsync(Store, "v", new Order("a", 1));
        Assert.Equal(new Order("a", 1), await Client.GetStateAsync<Order>(Store, "v"));

        await Client.DeleteStateAsync(Store, "v");

        Assert.Null(await Client.GetStateAsync<Order>(Store, "v"));
    }

    [Fact]
    public async Task Bytes_come_back_as_they_were()
    {
        byte[] bytes = [0, 255, 10, 13, 34];

        await Client.SaveByteStateAsync(Store, "bytes", bytes);

        Assert.Equal(bytes, (await Client.GetByteStateAsync(Store, "bytes")).ToArray());
    }

    [Fact]
    public async Task Of_two_writers_with_one_etag_the_second_is_refused()
    {
        await Client.SaveStateAsync(Store, "e", 1);
        var (_, etag) = await Client.GetStateAndETagAsync<int>(Store, "e");

        Assert.True(await Client.TrySaveStateAsync(Store, "e", 2, etag));
        Assert.False(await Client.TrySaveStateAsync(Store, "e", 3, etag));
        Assert.False(await Client.TryDeleteStateAsync(Store, "e", etag));
        Assert.Equal(2, await Client.GetStateAsync<int>(Store, "e"));
    }

    [Fact]
    public async Task An_entry_is_changed_and_saved()
    {
        var entry = await Client.GetStateEntryAsync<Order>(Store, "entry");
        entry.Value = new Order("x", 5);
        Assert.True(await entry.TrySaveAsync());

        var again = await Client.GetStateEntryAsync<Order>(Store, "entry");
        Assert.Equal(5, again.Value.Amount);
        Assert.True(await again.TryDeleteAsync());
    }

    [Fact]
    public async Task Many_are_saved_read_and_deleted_at_once()
    {
        await Client.SaveBulkStateAsync(Store, [new SaveStateItem<int>("m1", 1, null!), new SaveStateItem<int>("m2", 2, null!)]);

        var found = await Client.GetBulkStateAsync(Store, ["m1", "m2", "m3"], parallelism: 2);
        Assert.Equal(["m1=1", "m2=2", "m3="], found.OrderBy(item => item.Key, StringComparer.Ordinal).Select(item => $"{item.Key}={item.Value}"));

        await Client.DeleteBulkStateAsync(Store, [new BulkDeleteStateItem("m1", null!), new BulkDeleteStateItem("m2", null!)]);
        Assert.All(await Client.GetBulkStateAsync(Store, ["m1", "m2"], parallelism: null), item => Assert.Empty(item.Value));
    }

    [Fact]
    public async Task A_transaction_happens_whole_or_not_at_all()
    {
        await Client.ExecuteStateTransactionAsync(Store, [Upsert("t1", "1"), Upsert("t2", "2")]);
        Assert.Equal(2, await Client.GetStateAsync<int>(Store, "t2"));

        var stale = new StateTransactionRequest("t1", "9"u8.ToArray(), StateOperationType.Upsert, etag: "none", options: new StateOptions { Concurrency = ConcurrencyMode.FirstWrite });
        await Assert.ThrowsAsync<DaprException>(() => Client.ExecuteStateTransactionAsync(Store, [Upsert("t2", "7"), stale]));

        Assert.Equal(2, await Client.GetStateAsync<int>(Store, "t2"));
        Assert.Equal(1, await Client.GetStateAsync<int>(Store, "t1"));
    }

    [Fact]
    public async Task A_value_with_a_time_to_live_of_nothing_is_refused_and_one_with_a_long_one_is_there()
    {
        await Client.SaveStateAsync(Store, "ttl", 1, metadata: new Dictionary<string, string> { ["ttlInSeconds"] = "3600" });
        Assert.Equal(1, await Client.GetStateAsync<int>(Store, "ttl"));

        await Assert.ThrowsAsync<DaprException>(() =>
            Client.SaveStateAsync(Store, "ttl", 2, metadata: new Dictionary<string, string> { ["ttlInSeconds"] = "soon" }));
    }

    [Fact]
    public async Task An_unknown_store_is_an_error_that_names_it()
    {
        var failure = await Assert.ThrowsAsync<DaprException>(() => Client.GetStateAsync<int>("nowhere", "k"));

        Assert.Contains("nowhere", failure.InnerException!.Message, StringComparison.Ordinal);
    }

    private static StateTransactionRequest Upsert(string key, string json) => new(key, Encoding.UTF8.GetBytes(json), StateOperationType.Upsert);
}
