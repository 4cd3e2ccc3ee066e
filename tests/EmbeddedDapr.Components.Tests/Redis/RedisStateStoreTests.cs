using System.Text;
using EmbeddedDapr.Components.Redis;
using EmbeddedDapr.State;
using StackExchange.Redis;

namespace EmbeddedDapr.Components.Tests.Redis;

/// <summary>What <c>state.redis</c> does otherwise than the stores of <see cref="Conformance.StateStoreConformance"/>, and what it lays into Redis.</summary>
public sealed class RedisStateStoreTests : IAsyncLifetime
{
    private RedisServer _server = null!;
    private ConnectionMultiplexer _redis = null!;
    private IStateStore _store = null!;

    private IDatabase Database => _redis.GetDatabase();

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartNewAsync();
        _redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_server.Port},abortConnect=false");
        _store = await RedisStateStore.OpenAsync(_server.Spec("state.redis", ("readTimeout", "500ms")), CancellationToken.None);
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
    public async Task A_key_is_a_hash_of_data_and_version()
    {
        await Write(Set("app||k", "a\0b"));
        await Write(Set("app||k", "2"));

        Assert.Equal(["data=2", "version=2"], (await Database.HashGetAllAsync("app||k")).Select(entry => $"{entry.Name}={entry.Value}"));
        Assert.Equal("2", (await Get("app||k"))!.ETag);
    }

    [Fact]
    public async Task A_stale_etag_is_a_mismatch_unless_last_write_is_asked_for()
    {
        await Write(Set("k", "1"));
        await Write(Set("k", "2"));

        Assert.Equal(StateWriteOutcome.ETagMismatch, await Write(Set("k", "3") with { ETag = "1" }));
        Assert.Equal(StateWriteOutcome.ETagMismatch, await Write(Remove("k") with { ETag = "1" }));
        Assert.Equal(StateWriteOutcome.ETagMismatch, await Write(Remove("k") with { ETag = "no-number" }));
        Assert.Equal(StateWriteOutcome.ETagInvalid, await Write(Set("k", "3") with { ETag = "no-number" }));
        Assert.Equal(StateWriteOutcome.Done, await Write(Set("k", "4") with { ETag = "1", LastWrite = true }));
    }

    [Fact]
    public async Task An_etag_matches_a_missing_key()
    {
        Assert.Equal(StateWriteOutcome.Done, await Write(Set("k", "1") with { ETag = "7" }));
        Assert.Equal(StateWriteOutcome.Done, await Write(Remove("nobody") with { ETag = "7" }));
    }

    [Fact]
    public async Task A_key_of_a_first_write_is_changed_only_with_its_etag()
    {
        Assert.Equal(StateWriteOutcome.Done, await Write(Set("k", "1") with { FirstWrite = true }));

        Assert.Equal(StateWriteOutcome.KeyExists, await Write(Set("k", "2") with { FirstWrite = true }));
        Assert.Equal(StateWriteOutcome.KeyExists, await Write(Set("k", "2")));
        Assert.Equal(StateWriteOutcome.Done, await Write(Set("k", "2") with { ETag = "1" }));
    }

    [Fact]
    public async Task A_refused_operation_does_not_undo_the_others_of_its_transaction()
    {
        await Write(Set("k", "1"));

        Assert.Equal(StateWriteOutcome.ETagMismatch, await Write(Set("j", "1"), Set("k", "2") with { ETag = "9" }));
        Assert.NotNull(await Get("j"));
        Assert.Equal("1", Text(await Get("k")));
    }

    [Fact]
    public async Task Of_concurrent_writes_with_one_etag_one_wins()
    {
        await Write(Set("k", "0"));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Write(Set("k", $"{i}") with { ETag = "1" }).AsTask()));

        Assert.Single(outcomes, StateWriteOutcome.Done);
    }

    [Fact]
    public async Task A_write_without_lifetime_clears_an_earlier_one()
    {
        await Write(Set("k", "1") with { Ttl = TimeSpan.FromSeconds(100) });
        Assert.InRange((await Database.KeyTimeToLiveAsync("k"))!.Value, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(100));

        await Write(Set("k", "2"));
        Assert.Null(await Database.KeyTimeToLiveAsync("k"));
    }

    [Fact]
    public async Task The_components_lifetime_holds_for_items_without_one()
    {
        await using var store = await RedisStateStore.OpenAsync(_server.Spec("state.redis", ("ttlInSeconds", "60")), CancellationToken.None);
        await store.WriteAsync([Set("k", "1")], CancellationToken.None);

        Assert.NotNull(await Database.KeyTimeToLiveAsync("k"));
    }

    [Fact]
    public async Task A_plain_string_of_another_program_is_read_and_replaced()
    {
        await Database.StringSetAsync("k", "plain");
        Assert.Equal("plain", Text(await Get("k")));

        await Write(Set("k", "2"));
        Assert.Equal("2", Text(await Get("k")));
    }

    [Fact]
    public async Task A_lost_connection_is_said_and_comes_back()
    {
        await Write(Set("k", "1"));
        await _server.StopAsync();
        var failure = await Assert.ThrowsAsync<ComponentException>(() => Write(Set("k", "2")).AsTask());
        Assert.Contains($"redis at 127.0.0.1:{_server.Port}", failure.Message, StringComparison.Ordinal);

        var back = new TaskCompletionSource();
        _redis.ConnectionRestored += (_, _) => back.TrySetResult();
        await _server.StartAsync();
        await back.Task;
        StateWriteOutcome? outcome = null;
        while (outcome is null)
        {
            try
            {
                outcome = await Write(Set("k", "3"));
            }
            catch (ComponentException)
            {
                // Each connection finds its own way back; a command waits for it up to readTimeout.
            }
        }

        Assert.Equal("3", Text(await Get("k")));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_an_error_of_the_component()
    {
        await _server.StopAsync();

        var failure = await Assert.ThrowsAsync<ComponentException>(() => RedisStateStore.OpenAsync(_server.Spec("state.redis"), CancellationToken.None));

        Assert.StartsWith($"redis store: error connecting to redis at 127.0.0.1:{_server.Port}", failure.Message, StringComparison.Ordinal);
    }

    private static StateOperation Set(string key, string value) => new() { Kind = StateOperationKind.Upsert, Key = key, Value = Encoding.UTF8.GetBytes(value) };

    private static StateOperation Remove(string key) => new() { Kind = StateOperationKind.Delete, Key = key };

    private static string? Text(StateValue? value) => value is null ? null : Encoding.UTF8.GetString(value.Value.Span);

    private ValueTask<StateValue?> Get(string key) => _store.GetAsync(key, CancellationToken.None);

    private ValueTask<StateWriteOutcome> Write(params StateOperation[] operations) => _store.WriteAsync(operations, CancellationToken.None);
}
