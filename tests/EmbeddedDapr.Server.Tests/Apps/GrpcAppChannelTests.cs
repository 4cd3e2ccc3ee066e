using System.Net;
using System.Text;
using System.Text.Json;
using Dapr.AppCallback.Autogen.Grpc.v1;
using EmbeddedDapr.Apps;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Server.Apps;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Proto = Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Tests.Apps;

public sealed class GrpcAppChannelTests : IAsyncLifetime
{
    private WebApplication _app = null!;
    private GrpcAppChannel _channel = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        _app = builder.Build();
        _app.MapGrpcService<Callbacks>();
        await _app.StartAsync();
        _channel = new GrpcAppChannel(new HttpAppChannelOptions { Port = new Uri(_app.Urls.Single()).Port, ApiToken = "token" }, -1, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task An_invocation_is_OnInvoke_with_headers_as_metadata()
    {
        await using var answer = await _channel.OpenAsync(
            new AppStreamRequest
            {
                Method = "PUT",
                Path = "/a/b%20c",
                Query = "q=1",
                Headers = [new("Content-Type", "text/plain"), new("X-One", "1")],
                Body = new StreamBody("body"u8.ToArray()),
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(200, answer.Status);
        Assert.Equal("Put a/b c q=1 text/plain 1 token body", Encoding.UTF8.GetString(answer.Body.Data.Span));
        Assert.Contains(new("x-reply", "r"), answer.Headers);
        Assert.Contains(new("Content-Type", "text/html"), answer.Headers);
    }

    [Fact]
    public async Task A_refusal_has_the_status_of_its_code_and_keeps_the_code()
    {
        await using var answer = await _channel.OpenAsync(new AppStreamRequest { Method = "GET", Path = "/refuse", Headers = [] }, TestContext.Current.CancellationToken);

        Assert.Equal(404, answer.Status);
        Assert.Equal("""{"code":5,"message":"not here","details":[]}""", Encoding.UTF8.GetString(answer.Body.Data.Span));
        Assert.Contains(new(GrpcStatuses.CodeHeader, "5"), answer.Headers);
    }

    [Fact]
    public async Task Subscriptions_come_in_the_form_of_an_HTTP_app()
    {
        var answer = await _channel.SendAsync(new AppRequest { Method = "GET", Path = "/dapr/subscribe" }, TestContext.Current.CancellationToken);

        var subscription = Assert.Single(SubscriptionJson.Parse(answer.Body.Span));
        Assert.Equal(("pubsub", "orders", "dead"), (subscription.PubSubName, subscription.Topic, subscription.DeadLetterTopic));
        Assert.Equal([new RouteRule("event.type == 'x'", "/x"), new RouteRule(string.Empty, "/all")], subscription.Rules);
        Assert.Equal(7, subscription.Bulk!.MessagesMax);
    }

    [Theory]
    [InlineData("good", """{"status":"SUCCESS"}""")]
    [InlineData("drop", """{"status":"DROP"}""")]
    public async Task An_event_is_OnTopicEvent_and_its_status_the_verdict(string id, string verdict)
    {
        var envelope = $$"""{"id":"{{id}}","topic":"orders","datacontenttype":"application/json","data":{"n":1},"more":"m"}""";

        var answer = await _channel.SendAsync(
            new AppRequest { Kind = AppCallKind.Event, Component = "pubsub", Method = "POST", Path = "/all", Body = Encoding.UTF8.GetBytes(envelope) }, TestContext.Current.CancellationToken);

        Assert.Equal((200, verdict), (answer.Status, Encoding.UTF8.GetString(answer.Body.Span)));
    }

    [Fact]
    public async Task Bulk_events_fall_back_to_the_first_name_of_the_method()
    {
        const string Request = """{"id":"1","topic":"orders","entries":[{"entryId":"a","event":{"id":"x","datacontenttype":"text/plain","data":"d"}},{"entryId":"b","event":"AAE="}]}""";

        var answer = await _channel.SendAsync(
            new AppRequest { Kind = AppCallKind.Events, Component = "pubsub", Method = "POST", Path = "/all", Body = Encoding.UTF8.GetBytes(Request) }, TestContext.Current.CancellationToken);

        // The app has neither, which an HTTP app says with 404.
        Assert.Equal(404, answer.Status);
    }

    [Fact]
    public async Task A_binding_is_wanted_if_it_is_listed_and_its_answer_goes_to_the_bindings_it_names()
    {
        var sent = new List<string>();
        _channel.SendOutput = (binding, data, _) =>
        {
            sent.Add($"{binding} {Encoding.UTF8.GetString(data.Span)}");
            return ValueTask.FromResult(binding == "second" ? "full" : null);
        };

        var wanted = await _channel.SendAsync(new AppRequest { Kind = AppCallKind.BindingProbe, Component = "lamp", Method = "OPTIONS", Path = "/lamp" }, TestContext.Current.CancellationToken);
        var unwanted = await _channel.SendAsync(new AppRequest { Kind = AppCallKind.BindingProbe, Component = "bell", Method = "OPTIONS", Path = "/bell" }, TestContext.Current.CancellationToken);
        var handled = await _channel.SendAsync(
            new AppRequest { Kind = AppCallKind.BindingEvent, Component = "lamp", Method = "POST", Path = "/lamp", Headers = [new("topic", "t")], Body = "on"u8.ToArray() },
            TestContext.Current.CancellationToken);

        Assert.Equal((200, 404, 500), (wanted.Status, unwanted.Status, handled.Status));
        Assert.Equal(["first lamp t on", "second lamp t on"], sent);
    }

    [Fact]
    public async Task An_app_without_health_checks_is_well_as_long_as_it_answers()
    {
        Assert.True(await _channel.ProbeAsync(TestContext.Current.CancellationToken));

        await _app.StopAsync(TestContext.Current.CancellationToken);
        Assert.False(await _channel.ProbeAsync(TestContext.Current.CancellationToken));
    }

    private sealed class Callbacks : AppCallback.AppCallbackBase
    {
        public override async Task<Proto.InvokeResponse> OnInvoke(Proto.InvokeRequest request, ServerCallContext context)
        {
            if (request.Method == "refuse")
            {
                throw new RpcException(new Status(StatusCode.NotFound, "not here"));
            }

            await context.WriteResponseHeadersAsync(new Metadata { { "x-reply", "r" } });
            var text = $"{request.HttpExtension.Verb} {request.Method} {request.HttpExtension.Querystring} {request.ContentType} {context.RequestHeaders.GetValue("x-one")} "
                + $"{context.RequestHeaders.GetValue("dapr-api-token")} {request.Data.Value.ToStringUtf8()}";
            return new Proto.InvokeResponse { ContentType = "text/html", Data = new Any { Value = ByteString.CopyFromUtf8(text) } };
        }

        public override Task<ListTopicSubscriptionsResponse> ListTopicSubscriptions(Empty request, ServerCallContext context) => Task.FromResult(new ListTopicSubscriptionsResponse
        {
            Subscriptions =
            {
                new TopicSubscription
                {
                    PubsubName = "pubsub",
                    Topic = "orders",
                    DeadLetterTopic = "dead",
                    Routes = new TopicRoutes { Default = "/all", Rules = { new TopicRule { Match = "event.type == 'x'", Path = "/x" } } },
                    BulkSubscribe = new BulkSubscribeConfig { Enabled = true, MaxMessagesCount = 7 },
                },
            },
        });

        public override Task<TopicEventResponse> OnTopicEvent(TopicEventRequest request, ServerCallContext context)
        {
            using var data = JsonDocument.Parse(request.Data.ToByteArray());
            Assert.Equal((1, "orders", "pubsub", "/all", "m"), (data.RootElement.GetProperty("n").GetInt32(), request.Topic, request.PubsubName, request.Path, request.Extensions.Fields["more"].StringValue));
            return Task.FromResult(new TopicEventResponse
            {
                Status = request.Id == "drop" ? TopicEventResponse.Types.TopicEventResponseStatus.Drop : TopicEventResponse.Types.TopicEventResponseStatus.Success,
            });
        }

        public override Task<ListInputBindingsResponse> ListInputBindings(Empty request, ServerCallContext context) => Task.FromResult(new ListInputBindingsResponse { Bindings = { "lamp" } });

        public override Task<BindingEventResponse> OnBindingEvent(BindingEventRequest request, ServerCallContext context) => Task.FromResult(new BindingEventResponse
        {
            To = { "first", "second", "third" },
            Data = ByteString.CopyFromUtf8($"{request.Name} {request.Metadata["topic"]} {request.Data.ToStringUtf8()}"),
        });
    }
}
