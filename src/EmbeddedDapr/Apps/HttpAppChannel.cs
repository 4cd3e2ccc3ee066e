using System.Net;
using System.Net.Sockets;

namespace EmbeddedDapr.Apps;

/// <summary>Where an app listens, and how it is called.</summary>
public sealed record HttpAppChannelOptions
{
    /// <summary>Host, <c>127.0.0.1</c> by default.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Port.</summary>
    public required int Port { get; init; }

    /// <summary>HTTP/2 without TLS instead of HTTP/1.1 (daprd's app protocol <c>h2c</c>); off by default.</summary>
    public bool Http2 { get; init; }

    /// <summary>TLS (daprd's <c>https</c>); the app's certificate is not looked at, since it is on this machine and mostly made by itself. Off by default.</summary>
    public bool Tls { get; init; }

    /// <summary>Token shown to the app on every call; null: none.</summary>
    public string? ApiToken { get; init; }

    /// <summary>Most connections, 1,024 by default.</summary>
    public int ConnectionsMax { get; init; } = 1024;
}

/// <summary>Calls an app over HTTP: no redirects, no proxy, no time-out of its own (contract section 1.7). Thread safe.</summary>
public sealed partial class HttpAppChannel : IAppChannel
{
    private const string TokenHeader = "dapr-api-token";
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(100);
    private readonly HttpAppChannelOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;
    private readonly string _base;
    private readonly Lazy<GrpcAppEndpoint> _grpc;

    /// <summary>Makes a channel; nothing is called yet.</summary>
    public HttpAppChannel(HttpAppChannelOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _base = new UriBuilder(options.Tls ? Uri.UriSchemeHttps : Uri.UriSchemeHttp, options.Host, options.Port).Uri.GetLeftPart(UriPartial.Authority);
        var handler = HttpExchanges.Handler(options.ConnectionsMax);
        HttpExchanges.TrustAnybody(handler, options.Tls);
        _http = new HttpMessageInvoker(handler);
        _grpc = new(() => new GrpcAppEndpoint(_base, options.Tls));
    }

    /// <inheritdoc/>
    public GrpcAppEndpoint Grpc => _grpc.Value;

    /// <inheritdoc/>
    public async Task WaitUntilListeningAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            using var timeout = new CancellationTokenSource(ConnectTimeout, _time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            try
            {
                await socket.ConnectAsync(_options.Host, _options.Port, both.Token);
                return;
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(ConnectPause, _time, cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<AppResponse> SendAsync(AppRequest request, CancellationToken cancellationToken)
    {
        using var message = Message(request);
        try
        {
            using var response = await _http.SendAsync(message, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return new AppResponse
            {
                Status = (int)response.StatusCode,
                ContentType = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var type) ? type.ToString() : null,
                Headers = Headers(response),
                Body = body,
            };
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new AppUnreachableException(exception.Message, exception);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_grpc.IsValueCreated)
        {
            _grpc.Value.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private static List<KeyValuePair<string, string>>? Headers(HttpResponseMessage response)
    {
        List<KeyValuePair<string, string>>? headers = null;
        foreach (var (name, values) in response.Headers.NonValidated)
        {
            if (!HopByHop.Contains(name))
            {
                (headers ??= []).Add(new(name, values.ToString()));
            }
        }

        foreach (var (name, values) in response.Content.Headers.NonValidated)
        {
            if (!name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase) && !name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                (headers ??= []).Add(new(name, values.ToString()));
            }
        }

        return headers;
    }

    private HttpRequestMessage Message(in AppRequest request)
    {
        var uri = string.Concat(_base, request.Path, request.Query is null ? null : "?", request.Query);
        var message = new HttpRequestMessage(Method(request.Method), new Uri(uri, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Version = _options.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = _options.Http2 ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower,
        };
        if (request.Body.Length > 0 || request.ContentType is not null)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            if (request.ContentType is not null)
            {
                message.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
            }
        }

        foreach (var (name, value) in request.Headers ?? [])
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                // What HttpClient calls a content header (such as Content-Language) needs a content to stand on.
                (message.Content ??= new ReadOnlyMemoryContent(default)).Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (_options.ApiToken is not null)
        {
            message.Headers.TryAddWithoutValidation(TokenHeader, _options.ApiToken);
        }

        return message;
    }

    private static HttpMethod Method(string method) => method switch
    {
        "PUT" => HttpMethod.Put,
        "POST" => HttpMethod.Post,
        "GET" => HttpMethod.Get,
        "DELETE" => HttpMethod.Delete,
        "OPTIONS" => HttpMethod.Options,
        _ => new HttpMethod(method),
    };
}

/// <summary>Headers that belong to one connection and never travel (RFC 9110, section 7.6.1).</summary>
internal static class HopByHop
{
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    public static bool Contains(string name) => Names.Contains(name);
}
