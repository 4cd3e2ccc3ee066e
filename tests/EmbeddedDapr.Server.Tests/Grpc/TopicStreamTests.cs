using EmbeddedDapr.Actors;
using EmbeddedDapr.Components;
using EmbeddedDapr.Runtime;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;
using Request = Dapr.Client.Autogen.Grpc.v1.SubscribeTopicEventsRequestAlpha1;
using Response = Dapr.Client.Autogen.Grpc.v1.SubscribeTopicEventsResponseAlpha1;

namespace EmbeddedDapr.Server.Tests.Grpc;

/// <summary>Contract section 4.10 over the wire; recorded: grpc-pubsub-stream-*.</summary>
public sealed class TopicStreamTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly DaprEngine _engine = new(new ActorRuntimeOptions(), TimeProvider.System, NullLoggerFactory.Instance);
    private SidecarHost _host = null!;
    private GrpcChannel _channel = null!;
    private Proto.Dapr.DaprClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        var pubSub = new ComponentResource { Spec = new ComponentSpec { Name = "pubsub", Type = "pubsub.in-memory", Metadata = ComponentMetadata.Empty }, Entries = [] };
        var sidecar = await _engine.AddAppAsync(
            new SidecarOptions { AppId = "app" },
            null,
            BuiltInComponents.Catalog(),
            new ResourceSet { Components = [pubSub] },
            _ => null,
            Path.GetTempPath(),
            shutdown: null,
            TestContext.Current.CancellationToken);
        _host = await SidecarHost.StartAsync(sidecar, new SidecarHostOptions(), TestContext.Current.CancellationToken);
        _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{_host.GrpcPort}");
        _client = new Proto.Dapr.DaprClient(_channel);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _engine.StopAsync();
        await _host.DisposeAsync();
        await _engine.DisposeAsync();
    }

    [Fact]
    public async Task Events_come_and_are_answered_and_a_bad_one_changes_nothing()
    {
        using var stream = await OpenAsync();

        await PublishAsync("{\"half\":\"\\ud800\"}", "application/json", raw: true);
        await PublishAsync("{\"id\":\"x\",\"data\":1,\"datacontenttype\":\"text/plain\"}", "application/cloudevents+json");
        await PublishAsync("good", "text/plain");
        var next = (await NextAsync(stream)).EventMessage;
        Assert.Equal(("good", "pubsub", "t", "/"), (next.Data.ToStringUtf8(), next.PubsubName, next.Topic, next.Path));
        await stream.RequestStream.WriteAsync(new Request { EventProcessed = new() { Id = next.Id } }, TestContext.Current.CancellationToken);

        await PublishAsync("another", "text/plain");
        Assert.Equal("another", (await NextAsync(stream)).EventMessage.Data.ToStringUtf8());
    }

    [Fact]
    public async Task A_client_that_says_no_more_ends_the_stream()
    {
        using var stream = await OpenAsync();

        await stream.RequestStream.CompleteAsync();

        var end = await EndAsync(stream);
        Assert.Equal((StatusCode.Unknown, "EOF"), (end.StatusCode, end.Status.Detail));
        Assert.Empty(_host.Sidecar.Subscriptions);
    }

    [Fact]
    public async Task A_second_initial_request_ends_the_stream()
    {
        using var stream = await OpenAsync();

        await stream.RequestStream.WriteAsync(Initial, TestContext.Current.CancellationToken);

        Assert.Equal("duplicate initial request received", (await EndAsync(stream)).Status.Detail);
    }

    [Fact]
    public async Task Streams_end_when_the_sidecar_stops_with_an_event_unanswered()
    {
        using var stream = await OpenAsync();
        await PublishAsync("waits", "text/plain");
        await NextAsync(stream);

        await _engine.StopAsync().WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(StatusCode.Unavailable, (await EndAsync(stream)).StatusCode);
    }

    private static Request Initial => new() { InitialRequest = new() { PubsubName = "pubsub", Topic = "t" } };

    private async Task<AsyncDuplexStreamingCall<Request, Response>> OpenAsync()
    {
        var stream = _client.SubscribeTopicEventsAlpha1(cancellationToken: TestContext.Current.CancellationToken);
        await stream.RequestStream.WriteAsync(Initial, TestContext.Current.CancellationToken);
        Assert.NotNull((await NextAsync(stream)).InitialResponse);
        return stream;
    }

    private async Task PublishAsync(string data, string contentType, bool raw = false) => await _client.PublishEventAsync(
        new()
        {
            PubsubName = "pubsub",
            Topic = "t",
            Data = Google.Protobuf.ByteString.CopyFromUtf8(data),
            DataContentType = contentType,
            Metadata = { ["rawPayload"] = raw ? "true" : "false" },
        },
        cancellationToken: TestContext.Current.CancellationToken);

    private static async Task<Response> NextAsync(AsyncDuplexStreamingCall<Request, Response> stream)
    {
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(Patience));
        return stream.ResponseStream.Current;
    }

    private static Task<RpcException> EndAsync(AsyncDuplexStreamingCall<Request, Response> stream) =>
        Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(Patience));
}
