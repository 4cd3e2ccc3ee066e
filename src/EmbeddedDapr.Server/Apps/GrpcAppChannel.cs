using System.Text;
using EmbeddedDapr.Apps;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;

namespace EmbeddedDapr.Server.Apps;

/// <summary>
/// Calls an app that speaks gRPC (daprd's app protocols <c>grpc</c> and <c>grpcs</c>): what an HTTP app gets as requests, it gets as calls of <c>AppCallback</c>,
/// <c>AppCallbackAlpha</c> and <c>AppCallbackHealthCheck</c>. Answers come back in HTTP's terms, so that the engine need not know. A method the app lacks is answered 404.
/// Thread safe.
/// </summary>
public sealed partial class GrpcAppChannel : IAppChannel
{
    private const string TokenHeader = "dapr-api-token";
    private const string SubscribePath = "/dapr/subscribe";
    private const string JobPrefix = "/job/";
    private const string Json = "application/json";
    private const int Unimplemented = 404;

    private readonly HttpAppChannel _transport;
    private readonly GrpcChannel _channel;
    private readonly CallInvoker _calls;
    private readonly string? _apiToken;

    /// <summary>Makes a channel; nothing is called yet.</summary>
    /// <param name="options">Where the app listens; HTTP/2 is always spoken.</param>
    /// <param name="bytesMax">Largest message either way, in bytes; −1: no limit.</param>
    /// <param name="time">Clock and timers.</param>
    public GrpcAppChannel(HttpAppChannelOptions options, long bytesMax, TimeProvider time)
    {
        _apiToken = options.ApiToken;
        _transport = new HttpAppChannel(options with { Http2 = true }, time);
        var limit = bytesMax is > 0 and <= int.MaxValue ? (int?)bytesMax : null;
        var handler = new SocketsHttpHandler { UseProxy = false, EnableMultipleHttp2Connections = true, ActivityHeadersPropagator = null };
        if (options.Tls)
        {
#pragma warning disable CA5359 // as documented for the app protocol grpcs: nothing vouches for a certificate that an app makes for itself
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        _channel = GrpcChannel.ForAddress(
            _transport.Grpc.Url, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = limit, MaxSendMessageSize = limit });
        _calls = _channel.CreateCallInvoker();
    }

    /// <inheritdoc/>
    public GrpcAppEndpoint Grpc => _transport.Grpc;

    /// <inheritdoc/>
    public Task WaitUntilListeningAsync(CancellationToken cancellationToken) => _transport.WaitUntilListeningAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<AppResponse> SendAsync(AppRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return request switch
            {
                { Kind: AppCallKind.Event } => await SendEventAsync(request, cancellationToken),
                { Kind: AppCallKind.Events } => await SendEventsAsync(request, cancellationToken),
                { Kind: AppCallKind.BindingProbe } => await ProbeBindingAsync(request, cancellationToken),
                { Kind: AppCallKind.BindingEvent } => await SendBindingEventAsync(request, cancellationToken),
                { Path: SubscribePath } => await SubscriptionsAsync(request, cancellationToken),
                _ when request.Path.StartsWith(JobPrefix, StringComparison.Ordinal) => await SendJobAsync(request, cancellationToken),

                // Actors, their configuration and settings come to HTTP apps only.
                _ => new AppResponse { Status = Unimplemented },
            };
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return exception.StatusCode == StatusCode.Unavailable ? throw new AppUnreachableException(exception.Message, exception) : Refusal(exception);
        }
    }

    /// <summary>Whether the app is well; one without <c>AppCallbackHealthCheck</c> is as long as it answers.</summary>
    public async ValueTask<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync(AppCallbackMethods.HealthCheck, new Empty(), [], cancellationToken);
            return true;
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return exception.StatusCode == StatusCode.Unimplemented;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _transport.DisposeAsync();
    }

    private static AppResponse Refusal(RpcException exception) => new()
    {
        Status = exception.StatusCode == StatusCode.Unimplemented ? Unimplemented : GrpcStatuses.ToHttp(exception.StatusCode),
        Body = Encoding.UTF8.GetBytes(exception.Status.Detail),
    };

    private static AppResponse Answer(ReadOnlyMemory<byte> json) => new() { Status = StatusCodes.Status200OK, ContentType = Json, Body = json };

    /// <summary>Headers of a request as metadata; values that metadata cannot hold are left out.</summary>
    private static Metadata Metadata(IEnumerable<KeyValuePair<string, string>>? headers)
    {
        var metadata = new Metadata();
        foreach (var (header, value) in headers ?? [])
        {
            var name = header.ToLowerInvariant();
            if (!name.EndsWith("-bin", StringComparison.Ordinal) && !name.StartsWith("grpc-", StringComparison.Ordinal) && name is not ("content-type" or "content-length" or "host" or "te")
                && name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.') && value.All(static c => c is >= ' ' and <= '~'))
            {
                metadata.Add(name, value);
            }
        }

        return metadata;
    }

    private async Task<TResponse> CallAsync<TRequest, TResponse>(Method<TRequest, TResponse> method, TRequest request, Metadata metadata, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        using var call = _calls.AsyncUnaryCall(method, null, Options(metadata, cancellationToken), request);
        return await call;
    }

    private CallOptions Options(Metadata metadata, CancellationToken cancellationToken)
    {
        if (_apiToken is not null)
        {
            metadata.Add(TokenHeader, _apiToken);
        }

        if (Tracing.TraceParent.TryParse(metadata.GetValue(Http.TraceHeaders.TraceParent), out var span))
        {
            metadata.Add("grpc-trace-bin", Convert.FromBase64String(span.ToBinary() + "="));
        }

        return new CallOptions(metadata, cancellationToken: cancellationToken);
    }
}
