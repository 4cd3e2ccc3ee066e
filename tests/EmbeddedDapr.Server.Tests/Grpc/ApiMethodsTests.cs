using EmbeddedDapr.Server.Grpc;
using EmbeddedDapr.Tests.Fakes;
using Google.Protobuf;
using Google.Rpc;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Tests.Grpc;

/// <summary>As recorded: grpc-state-*, grpc-pubsub-*, grpc-binding-*, grpc-secret-*.</summary>
public sealed class ApiMethodsTests
{
    private readonly TestSidecar _sidecar = new();

    private static IEnumerable<UnaryMethod> All => [.. StateMethods.Table, .. PubSubMethods.Table, .. BindingMethods.Table, .. SecretMethods.Table, .. ConfigurationMethods.Table, .. LockMethods.Table, .. JobMethods.Table];

    [Fact]
    public void Every_method_is_one_of_the_service_and_takes_its_messages()
    {
        var service = Proto.DaprReflection.Descriptor.Services.Single(service => service.Name == "Dapr");
        Assert.All(All, method =>
        {
            var rpc = service.FindMethodByName(method.Name);
            Assert.Equal(rpc.InputType.ClrType, method.GetType().GenericTypeArguments[0]);
            Assert.Equal(rpc.OutputType.ClrType, method.GetType().GenericTypeArguments[1]);
        });
    }

    [Fact]
    public async Task Bytes_make_the_round_trip_unchanged()
    {
        var bytes = ByteString.CopyFrom(0xff, 0x00);
        await OkAsync<IMessage>("SaveState", new Proto.SaveStateRequest
        {
            StoreName = "statestore",
            States =
            {
                new Proto.StateItem { Key = "bin", Value = bytes },
                new Proto.StateItem { Key = "json", Value = ByteString.CopyFromUtf8("{\"b\" : 1.0}"), Metadata = { ["contentType"] = "application/json", ["ttlInSeconds"] = "60" } },
                new Proto.StateItem { Key = "charset", Value = ByteString.CopyFromUtf8("word"), Metadata = { ["contentType"] = "application/json; charset=utf-8" } },
            },
        });

        Assert.Equal(bytes, (await GetAsync("bin")).Data);
        Assert.Equal(("{\"b\":1}", "2026-01-02T03:05:05Z"), ((await GetAsync("json")).Data.ToStringUtf8(), (await GetAsync("json")).Metadata["ttlExpireTime"]));
        Assert.Equal("word", (await GetAsync("charset")).Data.ToStringUtf8());
        Assert.Equal(new Proto.GetStateResponse(), await GetAsync("missing"));
        var bulk = await OkAsync<Proto.GetBulkStateResponse>("GetBulkState", new Proto.GetBulkStateRequest { StoreName = "statestore", Keys = { "bin", "missing" } });
        Assert.Equal([new() { Key = "bin", Data = bytes, Etag = "e1" }, new() { Key = "missing" }], bulk.Items.ToArray());
    }

    [Fact]
    public async Task Etags_transactions_and_deletes_work()
    {
        await OkAsync<IMessage>("ExecuteStateTransaction", new Proto.ExecuteStateTransactionRequest
        {
            StoreName = "statestore",
            Operations =
            {
                new Proto.TransactionalStateOperation { OperationType = "upsert", Request = new() { Key = "a", Value = ByteString.CopyFromUtf8("1") } },
                new Proto.TransactionalStateOperation { OperationType = "upsert" },
            },
        });
        await OkAsync<IMessage>("DeleteBulkState", new Proto.DeleteBulkStateRequest { StoreName = "statestore", States = { new Proto.StateItem { Key = "" } } });

        var stale = await FailAsync("DeleteState", new Proto.DeleteStateRequest { StoreName = "statestore", Key = "a", Etag = new() { Value = "stale" } });
        var first = await FailAsync("SaveState", new Proto.SaveStateRequest
        {
            StoreName = "statestore",
            States = { new Proto.StateItem { Key = "a", Etag = new() { Value = "" }, Options = new() { Concurrency = Proto.StateOptions.Types.StateConcurrency.ConcurrencyFirstWrite } } },
        });
        await OkAsync<IMessage>("DeleteState", new Proto.DeleteStateRequest { StoreName = "statestore", Key = "a", Etag = new() });

        Assert.Equal((GrpcCode.Aborted, "ERR_STATE_DELETE"), (stale.Grpc, stale.Code));
        Assert.Equal((GrpcCode.Aborted, "ERR_STATE_SAVE"), (first.Grpc, first.Code));
        Assert.Empty(_sidecar.State.Values);
    }

    [Fact]
    public async Task Json_that_does_not_parse_is_an_unknown_error()
    {
        var error = await FailAsync("SaveState", new Proto.SaveStateRequest
        {
            StoreName = "statestore",
            States = { new Proto.StateItem { Key = "bad", Value = ByteString.CopyFromUtf8("{oops"), Metadata = { ["contentType"] = "application/json" } } },
        });

        Assert.Equal((GrpcCode.Unknown, "invalid character 'o' looking for beginning of object key string"), (error.Grpc, error.Message));
        Assert.Empty(GrpcErrors.ToStatus(error).Details);
    }

    [Fact]
    public async Task Events_are_published()
    {
        await OkAsync<IMessage>("PublishEvent", new Proto.PublishEventRequest { PubsubName = "pubsub", Topic = "t", Data = ByteString.CopyFromUtf8("{\"a\":1}"), DataContentType = "application/json" });
        await OkAsync<IMessage>("BulkPublishEvent", new Proto.BulkPublishRequest
        {
            PubsubName = "pubsub",
            Topic = "t",
            Entries = { new Proto.BulkPublishRequestEntry { EntryId = "0", Event = ByteString.CopyFromUtf8("1"), ContentType = "application/json" } },
        });

        Assert.Equal(2, _sidecar.PubSub.Published.Count);
        _sidecar.PubSub.PublishFault = new IOException("broken pipe");
        var error = await FailAsync("BulkPublishEventAlpha1", new Proto.BulkPublishRequest { PubsubName = "pubsub", Topic = "t", Entries = { new Proto.BulkPublishRequestEntry { EntryId = "0" } } });
        Assert.Equal((GrpcCode.Internal, "error when publishing to topic t in pubsub pubsub: broken pipe"), (error.Grpc, error.Message));
    }

    [Fact]
    public async Task Bindings_and_secrets_answer()
    {
        _sidecar.Lamp.Answer = new("x"u8.ToArray(), new Dictionary<string, string> { ["k"] = "v" });

        var lamp = await OkAsync<Proto.InvokeBindingResponse>("InvokeBinding", new Proto.InvokeBindingRequest { Name = "lamp", Operation = "create", Data = ByteString.CopyFromUtf8("plain") });
        var secret = await OkAsync<Proto.GetSecretResponse>("GetSecret", new Proto.GetSecretRequest { StoreName = "vault", Key = "plain" });
        var all = await OkAsync<Proto.GetBulkSecretResponse>("GetBulkSecret", new Proto.GetBulkSecretRequest { StoreName = "vault" });

        Assert.Equal(("x", "v", "plain"), (lamp.Data.ToStringUtf8(), lamp.Metadata["k"], System.Text.Encoding.UTF8.GetString(_sidecar.Lamp.Requests[0].Data.Span)));
        Assert.Equal("s1", secret.Data["plain"]);
        Assert.Equal("slash", all.Data["sl/ash"].Secrets["sl/ash"]);
    }

    [Fact]
    public async Task Details_travel_as_google_rpc_messages()
    {
        var key = GrpcErrors.ToStatus(await FailAsync("GetState", new Proto.GetStateRequest { StoreName = "statestore", Key = "a||b" }));
        var query = GrpcErrors.ToStatus(await FailAsync("QueryStateAlpha1", new Proto.QueryStateRequest { StoreName = "statestore" }));
        var binding = await FailAsync("InvokeBinding", new Proto.InvokeBindingRequest { Name = "nope" });
        var secret = GrpcErrors.ToStatus(await FailAsync("GetSecret", new Proto.GetSecretRequest { StoreName = "nope" }));

        Assert.Equal(["google.rpc.BadRequest", "google.rpc.ResourceInfo", "google.rpc.ErrorInfo"], key.Details.Select(detail => detail.TypeUrl.Split('/')[1]));
        Assert.Equal(("a||b", "input key/keyPrefix 'a||b' can't contain '||'"), (key.Details[0].Unpack<BadRequest>().FieldViolations[0].Field, key.Message));
        Assert.Equal("DAPR_STATE_QUERYING_NOT_SUPPORTED", query.Details[1].Unpack<ErrorInfo>().Reason);
        Assert.Empty(secret.Details);

        var exception = binding.ToRpcException();
        Assert.Equal((global::Grpc.Core.StatusCode.Internal, "error invoking output binding nope: operation field is missing from request"), (exception.StatusCode, exception.Status.Detail));
        var trailer = Google.Rpc.Status.Parser.ParseFrom(exception.Trailers.GetValueBytes("grpc-status-details-bin"));
        Assert.Equal(new() { Reason = "ERR_INVOKE_OUTPUT_BINDING", Domain = "dapr.io" }, trailer.Details.Single().Unpack<ErrorInfo>());
    }

    private Task<Proto.GetStateResponse> GetAsync(string key) => OkAsync<Proto.GetStateResponse>("GetState", new Proto.GetStateRequest { StoreName = "statestore", Key = key });

    private async Task<T> OkAsync<T>(string method, IMessage request)
        where T : IMessage => (T)(await InvokeAsync(method, request)).Value;

    private async Task<ApiError> FailAsync(string method, IMessage request) => (await InvokeAsync(method, request)).Error!;

    private ValueTask<ApiResult<IMessage>> InvokeAsync(string name, IMessage request)
    {
        var method = All.Single(method => method.Name == name);
        return method.InvokeAsync(_sidecar.Value, method.Parse(request.ToByteArray()), CancellationToken.None);
    }
}
