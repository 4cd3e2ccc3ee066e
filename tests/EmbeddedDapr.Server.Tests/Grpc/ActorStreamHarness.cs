using EmbeddedDapr.Actors;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Components;
using EmbeddedDapr.Runtime;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Tests.Grpc;

/// <summary>A sidecar without app port on loopback ports, and clients of its gRPC API.</summary>
internal sealed class ActorStreamHarness : IAsyncDisposable
{
    private readonly DaprEngine _engine;
    private readonly SidecarHost _host;
    private readonly GrpcChannel _channel;

    private ActorStreamHarness(DaprEngine engine, SidecarHost host, FakeTimeProvider time)
    {
        _engine = engine;
        _host = host;
        Time = time;
        _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{host.GrpcPort}");
        Client = new Proto.Dapr.DaprClient(_channel);
    }

    public FakeTimeProvider Time { get; }

    public Proto.Dapr.DaprClient Client { get; }

    public Sidecar Sidecar => _host.Sidecar;

    public static async Task<ActorStreamHarness> StartAsync(IAppChannel? app = null)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var engine = new DaprEngine(new ActorRuntimeOptions(), time, NullLoggerFactory.Instance);
        var store = new ComponentResource
        {
            Spec = new ComponentSpec { Name = "statestore", Type = "state.in-memory", Metadata = ComponentMetadata.Empty },
            Entries = [new MetadataEntry("actorStateStore", "true")],
        };
        var sidecar = await engine.AddAppAsync(
            new SidecarOptions { AppId = "app" },
            app,
            BuiltInComponents.Catalog(),
            new ResourceSet { Components = [store] },
            _ => null,
            Path.GetTempPath(),
            shutdown: null,
            TestContext.Current.CancellationToken);
        var host = await SidecarHost.StartAsync(sidecar, new SidecarHostOptions(), TestContext.Current.CancellationToken);
        return new ActorStreamHarness(engine, host, time);
    }

    /// <summary>Opens a stream that hosts a type, past its first answer.</summary>
    public async Task<ActorStream> OpenAsync(string type)
    {
        var stream = new ActorStream(Client.SubscribeActorEventsAlpha1(cancellationToken: TestContext.Current.CancellationToken));
        await stream.SendAsync(new() { InitialRequest = new() { Entities = { type } } });
        Assert.NotNull((await stream.NextAsync())?.InitialResponse);
        return stream;
    }

    public AsyncUnaryCall<Proto.InvokeActorResponse> Invoke(string id, string method, CancellationToken cancellationToken = default) =>
        Client.InvokeActorAsync(new() { ActorType = "T", ActorId = id, Method = method, Data = Google.Protobuf.ByteString.CopyFromUtf8("question") }, cancellationToken: cancellationToken);

    public Task StopAsync() => _engine.StopAsync();

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _engine.StopAsync();
        await _host.DisposeAsync();
        await _engine.DisposeAsync();
    }
}

/// <summary>The app's end of a stream.</summary>
internal sealed class ActorStream(AsyncDuplexStreamingCall<Proto.SubscribeActorEventsRequestAlpha1, Proto.SubscribeActorEventsResponseAlpha1> call) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public Task SendAsync(Proto.SubscribeActorEventsRequestAlpha1 request) => call.RequestStream.WriteAsync(request);

    /// <summary>The next message; null: the stream has ended.</summary>
    public async Task<Proto.SubscribeActorEventsResponseAlpha1?> NextAsync() =>
        await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(Patience) ? call.ResponseStream.Current : null;

    public Task CloseAsync() => call.RequestStream.CompleteAsync();

    public void Dispose() => call.Dispose();
}
