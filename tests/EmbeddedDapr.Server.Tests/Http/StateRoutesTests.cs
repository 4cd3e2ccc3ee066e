using System.Text.Json.Nodes;
using EmbeddedDapr.Tests.Fakes;

namespace EmbeddedDapr.Server.Tests.Http;

/// <summary>As recorded: state-*, grpc-state-http-interop, runtime-body-limit-state.</summary>
public sealed class StateRoutesTests : IAsyncLifetime
{
    private const string Store = "/v1.0/state/statestore";

    private readonly TestSidecar _sidecar = new();
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync(_sidecar.Value);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_value_makes_the_round_trip_decoded_and_encoded_again()
    {
        Assert.Equal(204, (await _host.SendAsync("POST", Store, """[{"key":"a","value":{"b":1.0,"a":"<"},"metadata":{"ttlInSeconds":"60"}},{"Key":"n"}]""")).Status);

        var (status, body, response) = await _host.SendAsync("GET", $"{Store}/a");
        Assert.Equal((200, """{"a":"\u003c","b":1}""", "application/json"), (status, body, response.Content.Headers.ContentType!.ToString()));
        Assert.Equal("e1", string.Join(',', response.Headers.NonValidated["ETag"]));
        Assert.Equal("2026-01-02T03:05:05Z", response.Headers.GetValues("metadata.ttlExpireTime").Single());
        Assert.Equal("null", (await _host.SendAsync("GET", $"{Store}/n")).Body);
        Assert.Equal(204, (await _host.SendAsync("GET", $"{Store}/missing")).Status);
    }

    [Theory]
    [InlineData("a%20b", "1")]
    [InlineData("a%2Fb", "2")]
    [InlineData("%C3%A9%E4%B8%AD", "3")]
    [InlineData("a+b", "1")]
    [InlineData("a%2Bb", "4")]
    [InlineData("a%25b", "5")]
    [InlineData("a%3Fb", "6")]
    [InlineData("a%252Fb", "7")]
    public async Task Keys_are_query_unescaped_after_routing(string path, string expected)
    {
        await _host.SendAsync("PUT", Store, """
            [{"key":"a b","value":1},{"key":"a/b","value":2},{"key":"é中","value":3},{"key":"a+b","value":4},{"key":"a%b","value":5},{"key":"a?b","value":6},{"key":"a%2Fb","value":7}]
            """);

        Assert.Equal(expected, (await _host.SendAsync("GET", $"{Store}/{path}")).Body);
        Assert.Equal(204, (await _host.SendAsync("DELETE", $"{Store}/{path}?metadata.x=a/b")).Status);
        Assert.Equal(204, (await _host.SendAsync("GET", $"{Store}/{path}/")).Status);
    }

    [Fact]
    public async Task Etags_are_compared()
    {
        await _host.SendAsync("POST", Store, """[{"key":"a","value":1}]""");

        var save = await _host.SendAsync("POST", Store, """[{"key":"a","value":2,"etag":"stale"}]""");
        var delete = await _host.SendAsync("DELETE", $"{Store}/a", headers: ("If-Match", "stale"));

        Assert.Equal((409, """{"errorCode":"ERR_STATE_SAVE","message":"failed saving state in state store statestore: possible etag mismatch. error from state store"}"""), (save.Status, save.Body));
        Assert.Equal((409, """{"errorCode":"ERR_STATE_DELETE","message":"failed deleting state with key a: possible etag mismatch. error from state store"}"""), (delete.Status, delete.Body));
        Assert.Equal(204, (await _host.SendAsync("DELETE", $"{Store}/a", headers: ("If-Match", "e1"))).Status);
    }

    [Theory]
    [InlineData("POST", "/v1.0/state/statestore", "{", 400, "ERR_MALFORMED_REQUEST", "unexpected EOF")]
    [InlineData("POST", "/v1.0/state/statestore", "{}", 400, "ERR_MALFORMED_REQUEST", "json: cannot unmarshal object into Go value of type []state.SetRequest")]
    [InlineData("POST", "/v1.0/state/statestore", """[{"key":"","value":1}]""", 400, "ERR_MALFORMED_REQUEST", "\"key\" is a required field")]
    [InlineData("POST", "/v1.0/state/statestore", """[{"key":5}]""", 400, "ERR_MALFORMED_REQUEST", "json: cannot unmarshal number into Go struct field SetRequest.key of type string")]
    [InlineData("POST", "/v1.0/state/statestore", """[{"key":"a","value":1,"options":{"concurrency":"later"}}]""", 500, "ERR_STATE_SAVE", "failed saving state in state store statestore: unrecognized concurrency model 'later'")]
    [InlineData("DELETE", "/v1.0/state/statestore/a?concurrency=x", null, 500, "ERR_STATE_DELETE", "failed deleting state with key a: unrecognized concurrency model 'x'")]
    [InlineData("POST", "/v1.0/state/statestore?metadata.ttlInSeconds=x", """[{"key":"a","value":1,"metadata":{"ttlInSeconds":"1"}}]""", 500, "ERR_STATE_SAVE", "failed saving state in state store statestore: error parsing TTL: incorrect value for metadata 'ttlInSeconds': strconv.ParseInt: parsing \"x\": invalid syntax")]
    [InlineData("POST", "/v1.0/state/statestore/transaction", "[]", 400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: json: cannot unmarshal array into Go value of type http.stateTransactionRequestBody")]
    [InlineData("POST", "/v1.0/state/statestore/transaction", "{", 400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: unexpected EOF")]
    [InlineData("POST", "/v1.0/state/statestore/transaction", """{"operations":[{"operation":"patch","request":{"key":"a"}}]}""", 400, "ERR_NOT_SUPPORTED_STATE_OPERATION", "operation type patch not supported")]
    [InlineData("POST", "/v1.0/state/statestore/a", "{}", 404, "ERR_DIRECT_INVOKE", "failed getting app id either from the URL path or the header dapr-app-id")]
    public async Task Refusals_have_their_row(string method, string path, string? body, int status, string code, string message)
    {
        var answer = await _host.SendAsync(method, path, body);

        Assert.Equal((status, code, message), (answer.Status, (string?)JsonNode.Parse(answer.Body)!["errorCode"], (string?)JsonNode.Parse(answer.Body)!["message"]));
        Assert.Equal("application/json", answer.Response.Content.Headers.ContentType!.ToString());
        Assert.Empty(_sidecar.State.Values);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task An_empty_list_is_fine(string body) => Assert.Equal(204, (await _host.SendAsync("POST", Store, body)).Status);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"operations":[]}""")]
    [InlineData("""{"operations":[{"operation":"upsert"}]}""")]
    [InlineData("""{"operations":[{"operation":"upsert","request":{"value":1}}]}""")]
    public async Task A_transaction_checks_less_than_a_save(string body) => Assert.Equal(204, (await _host.SendAsync("POST", $"{Store}/transaction", body)).Status);

    [Fact]
    public async Task Details_of_an_unknown_store_name_the_app()
    {
        var answer = await _host.SendAsync("GET", "/v1.0/state/nope/a");

        Assert.Equal(
            """{"errorCode":"ERR_STATE_STORE_NOT_FOUND","message":"state store nope is not found","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"DAPR_STATE_NOT_FOUND","domain":"dapr.io","metadata":{"appID":"app1"}}]}""",
            answer.Body);
        Assert.Contains("\"metadata\":null", (await _host.SendAsync("POST", "/v1.0-alpha1/state/statestore/query", "{}")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Details_of_a_refused_key_name_the_field_but_for_transactions()
    {
        const string Text = "api error: code = InvalidArgument desc = input key/keyPrefix 'a||b' can't contain '||'";
        var get = await _host.SendAsync("GET", $"{Store}/a%7C%7Cb");
        var transaction = await _host.SendAsync("POST", $"{Store}/transaction", """{"operations":[{"operation":"upsert","request":{"key":"a||b","value":1}}]}""");

        Assert.Equal(
            $$$"""{"errorCode":"ERR_MALFORMED_REQUEST","message":"{{{Text}}}","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","field_violations":[{"field":"a||b","description":"{{{Text}}}"}]},{"@type":"type.googleapis.com/google.rpc.ResourceInfo","resource_type":"state","resource_name":"statestore","owner":"","description":""},{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"DAPR_STATE_ILLEGAL_KEY","domain":"dapr.io","metadata":null}]}""",
            get.Body);
        Assert.Equal(400, get.Status);
        Assert.Equal(get.Body.Replace("\"field\":\"a||b\",", string.Empty, StringComparison.Ordinal), transaction.Body);
    }

    [Fact]
    public async Task Bulk_get_answers_each_key()
    {
        await _host.SendAsync("POST", Store, """[{"key":"a","value":1},{"key":"b","value":{"x":"y"}}]""");

        var answer = await _host.SendAsync("PUT", $"{Store}/bulk", """{"keys":["a","b","none"],"parallelism":2}""");

        Assert.Equal((200, """[{"key":"a","data":1,"etag":"e1"},{"key":"b","data":{"x":"y"},"etag":"e2"},{"key":"none"}]"""), (answer.Status, answer.Body));
        Assert.Equal("[]", (await _host.SendAsync("POST", $"{Store}/bulk", """{"keys":[]}""")).Body);
    }

    [Fact]
    public async Task A_value_that_is_no_JSON_empties_the_bulk_answer_but_not_a_get()
    {
        _sidecar.State.Values["app1||bin"] = new("text"u8.ToArray(), "e9");

        Assert.Equal((200, ""), ((await _host.SendAsync("POST", $"{Store}/bulk", """{"keys":["bin"]}""")).Status, (await _host.SendAsync("POST", $"{Store}/bulk", """{"keys":["bin"]}""")).Body));
        Assert.Equal("text", (await _host.SendAsync("GET", $"{Store}/bin")).Body);
    }

    [Theory]
    [InlineData(0, 204)]
    [InlineData(1, 400)]
    public async Task A_body_over_the_limit_is_refused(int over, int status)
    {
        const string Frame = """[{"key":"k","value":""}]""";
        var body = Frame.Replace("\"\"", $"\"{new string('a', (64 * 1024) - Frame.Length + over)}\"", StringComparison.Ordinal);

        var answer = await _host.SendAsync("POST", Store, body);

        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 204 ? "" : """{"errorCode":"ERR_MALFORMED_REQUEST","message":"stream too large"}""", answer.Body);
    }
}
