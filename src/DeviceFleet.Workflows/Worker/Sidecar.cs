using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Worker;

/// <summary>The connection to the sidecar. Safe for all threads; connects when it is first used, and again after every loss.</summary>
internal sealed class Sidecar : IDisposable
{
    private const string TokenHeader = "dapr-api-token";

    /// <summary>daprd cuts off who pings more often than every 8 seconds.</summary>
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(30);

    private readonly GrpcChannel? _channel;

    /// <param name="address">Where it listens.</param>
    /// <param name="apiToken">Goes with every call; null: none.</param>
    /// <param name="options">Of the connection; null: the default ones.</param>
    public Sidecar(Uri address, string? apiToken, GrpcChannelOptions? options)
    {
        // No limit for messages here: the sidecar has one, and a history larger than ours would end the stream again and again.
        options ??= new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null };
        if (options is { HttpHandler: null, HttpClient: null })
        {
            options.HttpHandler = Handler();
            options.DisposeHttpClient = true;
        }

        _channel = GrpcChannel.ForAddress(address, options);
        var invoker = _channel.CreateCallInvoker();
        Hub = new TaskHubSidecarService.TaskHubSidecarServiceClient(apiToken is null ? invoker : invoker.Intercept(headers => With(headers, apiToken)));
    }

    /// <summary>Over something else than a channel.</summary>
    public Sidecar(CallInvoker invoker) => Hub = new TaskHubSidecarService.TaskHubSidecarServiceClient(invoker);

    public TaskHubSidecarService.TaskHubSidecarServiceClient Hub { get; }

    public void Dispose() => _channel?.Dispose();

    private static Metadata With(Metadata headers, string apiToken)
    {
        headers.Add(TokenHeader, apiToken);
        return headers;
    }

    private static SocketsHttpHandler Handler() => new()
    {
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = PingEvery,
        KeepAlivePingTimeout = PingEvery,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
    };
}
