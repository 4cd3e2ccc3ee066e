using System.Net;

namespace EmbeddedDapr.Apps;

/// <summary>Streamed calls through an HTTP client: of apps, of services outside, of other sidecars.</summary>
internal static class HttpExchanges
{
    private const string ContentType = "Content-Type";
    private const string ContentLength = "Content-Length";

    /// <summary>A handler that leaves requests as they are: no redirects, proxies, cookies, decompression or trace headers of its own.</summary>
    public static SocketsHttpHandler Handler(int connectionsMax = int.MaxValue) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxConnectionsPerServer = connectionsMax,
        EnableMultipleHttp2Connections = true,
        ActivityHeadersPropagator = null,

        // Kestrel reads header values as UTF-8, so that this is what writes them as they were.
        RequestHeaderEncodingSelector = static (_, _) => System.Text.Encoding.UTF8,
        ResponseHeaderEncodingSelector = static (_, _) => System.Text.Encoding.UTF8,
    };

    /// <summary>Accepts any certificate, for apps on this machine.</summary>
    public static void TrustAnybody(SocketsHttpHandler handler, bool trust)
    {
        if (trust)
        {
#pragma warning disable CA5359 // as documented for the app protocols https and grpcs: nothing vouches for a certificate that an app makes for itself
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
    }

    /// <summary>The request as a message. Its content reads the body of the request, which must stay open.</summary>
    public static HttpRequestMessage Message(string baseUrl, AppStreamRequest request, bool http2)
    {
        var uri = string.Concat(baseUrl, request.Path, request.Query is null ? null : "?", request.Query);
        var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(uri, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = http2 ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower,
        };
        if (request.Body.Length is not 0)
        {
            message.Content = request.Body.IsWhole ? new ReadOnlyMemoryContent(request.Body.Data) : new PieceContent(request.Body);
        }

        foreach (var (name, value) in request.Headers)
        {
            if (name.Equals(ContentType, StringComparison.OrdinalIgnoreCase) || !message.Headers.TryAddWithoutValidation(name, value))
            {
                // A content header, such as Content-Language, needs a content to stand on.
                (message.Content ??= new ReadOnlyMemoryContent(default)).Headers.TryAddWithoutValidation(name, value);
            }
        }

        return message;
    }

    /// <summary>Sends, and answers once the headers have come.</summary>
    /// <exception cref="AppUnreachableException">No answer.</exception>
    public static async ValueTask<AppExchange> OpenAsync(HttpMessageInvoker http, HttpRequestMessage message, CancellationToken cancellationToken)
    {
        try
        {
            var response = await http.SendAsync(message, cancellationToken);
            var length = response.Content.Headers.ContentLength;
            var body = length == 0 || message.Method == HttpMethod.Head ? StreamBody.Empty : new StreamBody(await response.Content.ReadAsStreamAsync(cancellationToken), length);
            return new AppExchange((int)response.StatusCode, Headers(response), body, () =>
            {
                response.Dispose();
                return ValueTask.CompletedTask;
            });
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // A connection that breaks cancels what is being sent on it.
            throw new AppUnreachableException(exception.Message, exception);
        }
    }

    private static List<KeyValuePair<string, string>> Headers(HttpResponseMessage response)
    {
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var (name, values) in response.Headers.NonValidated)
        {
            if (!HopByHop.Contains(name))
            {
                Add(name, values);
            }
        }

        foreach (var (name, values) in response.Content.Headers.NonValidated)
        {
            if (!name.Equals(ContentLength, StringComparison.OrdinalIgnoreCase))
            {
                Add(name, values);
            }
        }

        return headers;

        void Add(string name, System.Net.Http.Headers.HeaderStringValues values)
        {
            // A header without a value has none to enumerate.
            if (values.Count == 0)
            {
                headers.Add(new(name, string.Empty));
            }

            foreach (var value in values)
            {
                headers.Add(new(name, value));
            }
        }
    }

    /// <summary>A body that is passed on as it comes, each piece at once.</summary>
    private sealed class PieceContent(StreamBody body) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            var buffer = new byte[16 * 1024];
            var source = body.Open();
            while (await source.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                await stream.FlushAsync(cancellationToken);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length ?? 0;
            return body.Length is not null;
        }
    }
}
