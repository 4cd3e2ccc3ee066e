using System.Text;
using EmbeddedDapr.State;
using Microsoft.Extensions.Time.Testing;

namespace EmbeddedDapr.Components.Tests.Conformance;

/// <summary>What every state store must do. Sources: runtime contract sections 3.5, 3.6 and the recordings named there.</summary>
public abstract class StateStoreConformance : IAsyncLifetime
{
    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));

    protected IStateStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Store = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract ValueTask<IStateStore> OpenAsync();

    [Fact]
    public async Task A_missing_key_reads_as_null() => Assert.Null(await Get("nobody"));

    [Theory]
    [InlineData("{\"a\":1}")]
    [InlineData("")]
    [InlineData("grüß dich 🦊")]
    [InlineData("nul\0inside")]
    public async Task Text_comes_back_as_written(string text)
    {
        await Upsert("k", text);

        Assert.Equal(text, Text(await Get("k")));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_come_back_as_written()
    {
        byte[] bytes = [0xFF, 0x00, 0xFE, .. Enumerable.Range(0, 300).Select(i => (byte)i)];
        await Write(new StateOperation { Kind = StateOperationKind.Upsert, Key = "k", Value = bytes });

        Assert.Equal(bytes, (await Get("k"))!.Value.ToArray());
    }

    [Fact]
    public async Task Keys_differ_by_case_and_may_hold_any_character()
    {
        await Upsert("app||Device||é/' \"%_||k", "1");
        await Upsert("app||device||é/' \"%_||k", "2");

        Assert.Equal("1", Text(await Get("app||Device||é/' \"%_||k")));
    }

    [Fact]
    public async Task Every_write_has_a_new_etag_even_of_the_same_value()
    {
        await Upsert("k", "1");
        var first = (await Get("k"))!.ETag;
        await Upsert("k", "1");

        Assert.NotEqual(first, (await Get("k"))!.ETag);
        Assert.True(Guid.TryParse(first, out _), first);
    }

    [Fact]
    public async Task A_write_with_a_stale_etag_changes_nothing()
    {
        await Upsert("k", "1");
        var stale = (await Get("k"))!.ETag;
        await Upsert("k", "2");

        Assert.Equal(StateWriteOutcome.ETagMismatch, await Write(Set("k", "3") with { ETag = stale }));
        Assert.Equal(StateWriteOutcome.ETagMismatch, await Write(Remove("k") with { ETag = stale }));
        Assert.Equal("2", Text(await Get("k")));
    }

    [Fact]
    public async Task A_write_with_the_current_etag_happens()
    {
        await Upsert("k", "1");

        Assert.Equal(StateWriteOutcome.Done, await Write(Set("k", "2") with { ETag = (await Get("k"))!.ETag }));
        Assert.Equal(StateWriteOutcome.Done, await Write(Remove("k") with { ETag = (await Get("k"))!.ETag }));
        Assert.Null(await Get("k"));
    }

    [Fact]
    public async Task An_etag_never_matches_a_missing_key()
    {
        Assert.Equal(StateWriteOutcome.ETagMismatch, await Write(Set("k", "1") with { ETag = Guid.NewGuid().ToString() }));
        Assert.Equal(StateWriteOutcome.ETagMismatch, await Write(Remove("k") with { ETag = Guid.NewGuid().ToString() }));
        Assert.Null(await Get("k"));
    }

    [Fact]
    public async Task A_malformed_etag_is_a_mismatch()
    {
        await Upsert("k", "1");

        Assert.Equal(StateWriteOutcome.ETagMismatch, await Write(Set("k", "2") with { ETag = "not-a-uuid" }));
    }

    [Fact]
    public async Task First_write_without_etag_inserts_only()
    {
        Assert.Equal(StateWriteOutcome.Done, await Write(Set("k", "1") with { FirstWrite = true }));
        Assert.Equal(StateWriteOutcome.ETagMismatch, await Write(Set("k", "2") with { FirstWrite = true }));
        Assert.Equal("1", Text(await Get("k")));
    }

    [Fact]
    public async Task First_write_with_the_current_etag_updates()
    {
        await Upsert("k", "1");

        Assert.Equal(StateWriteOutcome.Done, await Write(Set("k", "2") with { FirstWrite = true, ETag = (await Get("k"))!.ETag }));
    }

    [Fact]
    public async Task Deleting_a_missing_key_without_etag_is_fine() => Assert.Equal(StateWriteOutcome.Done, await Write(Remove("nobody")));

    [Fact]
    public async Task No_operations_are_done() => Assert.Equal(StateWriteOutcome.Done, await Write());

    [Fact]
    public async Task Operations_run_in_order()
    {
        await Write(Set("k", "1"), Remove("k"), Set("k", "2"), Set("j", "1"), Remove("j"));

        Assert.Equal("2", Text(await Get("k")));
        Assert.Null(await Get("j"));
    }

    [Fact]
    public async Task One_mismatch_undoes_the_whole_list()
    {
        await Upsert("old", "1");

        Assert.Equal(StateWriteOutcome.ETagMismatch, await Write(Set("new", "1"), Remove("old"), Set("other", "1") with { ETag = "x" }));
        Assert.Null(await Get("new"));
        Assert.Equal("1", Text(await Get("old")));
    }

    [Fact]
    public async Task Conditions_see_earlier_operations_of_the_list()
    {
        await Upsert("k", "1");
        var etag = (await Get("k"))!.ETag;

        Assert.Equal(StateWriteOutcome.ETagMismatch, await Write(Set("k", "2"), Set("k", "3") with { ETag = etag }));
        Assert.Equal(StateWriteOutcome.ETagMismatch, await Write(Remove("k"), Remove("k") with { ETag = etag }));
        Assert.Equal(StateWriteOutcome.ETagMismatch, await Write(Set("n", "2"), Set("n", "3") with { FirstWrite = true }));
        Assert.Equal(StateWriteOutcome.Done, await Write(Remove("k"), Set("k", "4") with { FirstWrite = true }));
        Assert.Equal("4", Text(await Get("k")));
    }

    [Fact]
    public async Task A_lifetime_ends()
    {
        await Write(Set("k", "1") with { Ttl = TimeSpan.FromSeconds(10) });
        Assert.Equal(Time.GetUtcNow().AddSeconds(10), (await Get("k"))!.ExpiresAt);

        Time.Advance(TimeSpan.FromSeconds(9));
        Assert.NotNull(await Get("k"));
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await Get("k"));
        Assert.Null((await Store.GetManyAsync(["k"], CancellationToken.None))[0]);
    }

    [Fact]
    public async Task An_expired_key_counts_as_missing_for_conditions()
    {
        await Write(Set("k", "1") with { Ttl = TimeSpan.FromSeconds(1) });
        var etag = (await Get("k"))!.ETag;
        Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(StateWriteOutcome.ETagMismatch, await Write(Set("k", "2") with { ETag = etag }));
        Assert.Equal(StateWriteOutcome.Done, await Write(Set("k", "3") with { FirstWrite = true }));
        Assert.Null((await Get("k"))!.ExpiresAt);
    }

    [Fact]
    public async Task A_write_without_lifetime_clears_an_earlier_one()
    {
        await Write(Set("k", "1") with { Ttl = TimeSpan.FromSeconds(1) });
        await Upsert("k", "2");
        Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal("2", Text(await Get("k")));
    }

    [Fact]
    public async Task A_lifetime_beyond_the_calendar_is_taken()
    {
        await Write(Set("k", "1") with { Ttl = TimeSpan.MaxValue });
        Time.Advance(TimeSpan.FromHours(1));

        Assert.NotNull(await Get("k"));
    }

    [Fact]
    public async Task Many_values_come_in_the_order_of_the_keys()
    {
        await Write(Set("a", "1"), Set("c", "3"));

        var values = await Store.GetManyAsync(["c", "b", "a", "c"], CancellationToken.None);

        Assert.Equal(["3", null, "1", "3"], values.Select(Text));
    }

    [Fact]
    public async Task The_callers_buffer_may_be_reused_after_a_write()
    {
        var buffer = "before"u8.ToArray();
        await Write(new StateOperation { Kind = StateOperationKind.Upsert, Key = "k", Value = buffer });
        "AFTER!"u8.CopyTo(buffer);

        Assert.Equal("before", Text(await Get("k")));
    }

    [Fact]
    public async Task Of_concurrent_first_writes_one_wins()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => Write(Set("k", $"{i}") with { FirstWrite = true }).AsTask())));

        Assert.Single(outcomes, StateWriteOutcome.Done);
    }

    [Fact]
    public async Task A_cancelled_write_does_not_happen()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.WriteAsync([Set("k", "1")], cancelled.Token).AsTask());
        Assert.Null(await Get("k"));
    }

    protected static StateOperation Set(string key, string value) =>
        new() { Kind = StateOperationKind.Upsert, Key = key, Value = Encoding.UTF8.GetBytes(value) };

    protected static StateOperation Remove(string key) => new() { Kind = StateOperationKind.Delete, Key = key };

    protected static string? Text(StateValue? value) => value is null ? null : Encoding.UTF8.GetString(value.Value.Span);

    protected ValueTask<StateValue?> Get(string key) => Store.GetAsync(key, CancellationToken.None);

    protected ValueTask<StateWriteOutcome> Write(params StateOperation[] operations) => Store.WriteAsync(operations, CancellationToken.None);

    protected async Task Upsert(string key, string value) => Assert.Equal(StateWriteOutcome.Done, await Write(Set(key, value)));
}
