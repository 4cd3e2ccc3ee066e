using System.Text;
using EmbeddedDapr.State;
using EmbeddedDapr.Tests.Fakes;

namespace EmbeddedDapr.Tests.State;

public sealed class StateApiTests
{
    private const string Store = "statestore";

    private readonly TestSidecar _sidecar = new();

    private StateApi Api => _sidecar.Value.State;

    [Fact]
    public async Task A_saved_value_comes_back_under_the_prefixed_key()
    {
        Assert.Null(await Api.SaveAsync(Store, [Item("a", "1")], default));

        Assert.Equal("1", Text((await Api.GetAsync(Store, "a", default)).Value));
        Assert.Equal(["app1||a"], _sidecar.State.Values.Keys);
    }

    [Theory]
    [InlineData("name", "statestore||k")]
    [InlineData("none", "k")]
    [InlineData("appid", "app1||k")]
    [InlineData("namespace", "app1||k")]
    [InlineData("shared", "shared||k")]
    public async Task The_key_prefix_follows_the_component(string strategy, string stored)
    {
        var sidecar = new TestSidecar(metadata: ("KeyPrefix", strategy));

        Assert.Null(await sidecar.Value.State.SaveAsync(Store, [Item("k", "1")], default));

        Assert.Equal([stored], sidecar.State.Values.Keys);
    }

    [Fact]
    public async Task Stores_are_told_apart_from_none_at_all()
    {
        var unknown = (await Api.GetAsync("nope", "a", default)).Error!;
        var none = (await TestSidecar.Bare().State.GetAsync("nope", "a", default)).Error!;

        Assert.Equal(("ERR_STATE_STORE_NOT_FOUND", 400, GrpcCode.InvalidArgument, "state store nope is not found"), Row(unknown));
        Assert.Equal(("ERR_STATE_STORE_NOT_CONFIGURED", 500, GrpcCode.FailedPrecondition, "state store nope is not configured"), Row(none));
    }

    [Fact]
    public async Task A_key_with_the_separator_is_refused_and_nothing_is_saved()
    {
        var error = await Api.SaveAsync(Store, [Item("ok", "1"), Item("a||b", "1")], default);

        Assert.Equal("input key/keyPrefix 'a||b' can't contain '||'", error!.Message);
        Assert.Equal("DAPR_STATE_ILLEGAL_KEY", error.Details!.Reason);
        Assert.Empty(_sidecar.State.Values);
    }

    [Fact]
    public async Task A_stale_etag_is_aborted()
    {
        await Api.SaveAsync(Store, [Item("a", "1")], default);
        var etag = (await Api.GetAsync(Store, "a", default)).Value!.ETag;
        await Api.SaveAsync(Store, [Item("a", "2")], default);

        var save = await Api.SaveAsync(Store, [Item("a", "3") with { ETag = etag }], default);
        var delete = await Api.DeleteAsync(Store, Item("a", "") with { ETag = etag }, default);

        Assert.Equal(("ERR_STATE_SAVE", 409, GrpcCode.Aborted, "failed saving state in state store statestore: possible etag mismatch. error from state store"), Row(save!));
        Assert.Equal(("ERR_STATE_DELETE", 409, GrpcCode.Aborted, "failed deleting state with key a: possible etag mismatch. error from state store"), Row(delete!));
        Assert.Equal("2", Text((await Api.GetAsync(Store, "a", default)).Value));
    }

    [Fact]
    public async Task One_stale_item_of_many_leaves_the_others_saved()
    {
        var error = await Api.SaveAsync(Store, [Item("b", "3"), Item("a", "3") with { ETag = "stale" }, Item("c", "3")], default);

        Assert.Equal(GrpcCode.Aborted, error!.Grpc);
        Assert.EndsWith(": possible etag mismatch. error from state store: possible etag mismatch. error from state store", error.Message, StringComparison.Ordinal);
        Assert.Equal(["app1||b", "app1||c"], _sidecar.State.Values.Keys.Order());
    }

    [Fact]
    public async Task Items_without_conditions_are_one_write()
    {
        await Api.SaveAsync(Store, [Item("a", "1"), Item("b", "1"), Item("c", "1")], default);

        Assert.Equal(1, _sidecar.State.Writes);
    }

    [Fact]
    public async Task First_write_without_an_etag_inserts_only()
    {
        var first = Item("n", "1") with { Concurrency = "first-write" };

        Assert.Null(await Api.SaveAsync(Store, [first], default));
        Assert.Equal(409, (await Api.SaveAsync(Store, [first with { ETag = "" }], default))!.HttpStatus);
        Assert.Null(await Api.DeleteAsync(Store, first, default));
    }

    [Theory]
    [InlineData("x", "error parsing TTL: incorrect value for metadata 'ttlInSeconds': strconv.ParseInt: parsing \"x\": invalid syntax")]
    [InlineData("1.5", "error parsing TTL: incorrect value for metadata 'ttlInSeconds': strconv.ParseInt: parsing \"1.5\": invalid syntax")]
    [InlineData("-2", "error parsing TTL: incorrect value for metadata 'ttlInSeconds': must be -1 or greater")]
    public async Task A_bad_lifetime_is_refused(string ttl, string why)
    {
        var error = await Api.SaveAsync(Store, [WithTtl(ttl)], default);

        Assert.Equal(("ERR_STATE_SAVE", 500, GrpcCode.Internal, $"failed saving state in state store statestore: {why}"), Row(error!));
    }

    [Theory]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("2", 2L)]
    [InlineData("9223372036854775807", 100_000_000_000L)]
    public async Task A_lifetime_ends_the_value(string ttl, long? seconds)
    {
        Assert.Null(await Api.SaveAsync(Store, [WithTtl(ttl)], default));

        Assert.Equal(seconds is { } s ? TestSidecar.Start.AddSeconds(s) : null, (await Api.GetAsync(Store, "t", default)).Value!.ExpiresAt);
    }

    [Fact]
    public async Task Words_that_are_no_options_are_refused()
    {
        var save = await Api.SaveAsync(Store, [Item("a", "1") with { Consistency = "sometimes" }], default);
        var delete = await Api.DeleteAsync(Store, Item("a", "") with { Concurrency = "x" }, default);

        Assert.Equal("failed saving state in state store statestore: unrecognized consistency model 'sometimes'", save!.Message);
        Assert.Equal(("ERR_STATE_DELETE", 500, GrpcCode.Internal, "failed deleting state with key a: unrecognized concurrency model 'x'"), Row(delete!));
    }

    [Fact]
    public async Task A_transaction_is_all_or_nothing_and_hides_the_reason_code()
    {
        await Api.SaveAsync(Store, [Item("old", "1")], default);

        Assert.Null(await Api.TransactAsync(Store, [new("upsert", Item("a", "1")), new("delete", Item("old", ""))], default));
        var stale = await Api.TransactAsync(Store, [new("upsert", Item("b", "1")), new("upsert", Item("a", "2") with { ETag = "x" })], default);

        Assert.Equal(("ERR_STATE_TRANSACTION", 500, GrpcCode.Internal, "error while executing state transaction: possible etag mismatch. error from state store"), Row(stale!));
        Assert.Equal(["app1||a"], _sidecar.State.Values.Keys);
    }

    [Fact]
    public async Task A_transaction_checks_keys_before_operations()
    {
        var key = await Api.TransactAsync(Store, [new("nope", Item("a||b", "1"))], default);
        var operation = await Api.TransactAsync(Store, [new("upsert", Item("d", "1")), new("UPSERT", Item("a", "1"))], default);

        Assert.Equal("DAPR_STATE_ILLEGAL_KEY", key!.Details!.Reason);
        Assert.Equal(("ERR_NOT_SUPPORTED_STATE_OPERATION", 400, GrpcCode.Unimplemented, "operation type UPSERT not supported"), Row(operation!));
        Assert.Null(await Api.TransactAsync(Store, [], default));
        Assert.Empty(_sidecar.State.Values);
    }

    [Fact]
    public async Task Bulk_get_names_each_key_once_and_missing_ones_without_value()
    {
        await Api.SaveAsync(Store, [Item("a", "1")], default);

        var items = (await Api.GetBulkAsync(Store, ["a", "none", "a"], default)).Value;

        Assert.Equal(["a", "none"], items.Select(item => item.Key));
        Assert.Equal("1", Text(items[0].Value));
        Assert.Null(items[1].Value);
    }

    [Fact]
    public async Task A_broken_store_is_an_internal_error_of_each_operation()
    {
        _sidecar.State.Fault = new IOException("disk full");

        Assert.Equal(("ERR_STATE_GET", 500, GrpcCode.Internal, "fail to get a from state store statestore: disk full"), Row((await Api.GetAsync(Store, "a", default)).Error!));
        Assert.Equal("ERR_STATE_BULK_GET", (await Api.GetBulkAsync(Store, ["a"], default)).Error!.Code);
        Assert.Equal("failed saving state in state store statestore: disk full", (await Api.SaveAsync(Store, [Item("a", "1")], default))!.Message);
        Assert.Equal("ERR_STATE_BULK_DELETE", (await Api.DeleteBulkAsync(Store, [Item("a", "1")], default))!.Code);
    }

    [Fact]
    public void Queries_are_not_supported()
    {
        Assert.Equal("DAPR_STATE_QUERYING_NOT_SUPPORTED", Api.Query(Store).Details!.Reason);
        Assert.Equal("DAPR_STATE_NOT_FOUND", Api.Query("nope").Details!.Reason);
    }

    private static StateItem Item(string key, string value) => new() { Key = key, Value = Encoding.UTF8.GetBytes(value) };

    private static StateItem WithTtl(string ttl) => Item("t", "1") with { Metadata = new Dictionary<string, string> { ["ttlInSeconds"] = ttl } };

    private static string Text(StateValue? value) => Encoding.UTF8.GetString(value!.Value.Span);

    private static (string, int, GrpcCode, string) Row(ApiError error) => (error.Code, error.HttpStatus, error.Grpc, error.Message);
}
