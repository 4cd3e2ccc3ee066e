using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Invocation;

namespace EmbeddedDapr.Peers;

/// <summary>Calls other sidecars of this machine. Thread safe.</summary>
internal sealed class PeerClient : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);
    private readonly HttpMessageInvoker _http;

    public PeerClient()
    {
        var handler = HttpExchanges.Handler();
        handler.ConnectTimeout = ConnectTimeout;
        _http = new HttpMessageInvoker(handler);
    }

    /// <summary>Sends a request as it is; for gRPC, whose bodies and trailers its caller passes on.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken) => _http.SendAsync(message, cancellationToken);

    public async ValueTask<InvokeResult> CallAsync(PeerAddress peer, PeerCall call, CancellationToken cancellationToken)
    {
        var headers = new List<KeyValuePair<string, string>>(call.Request.Headers.Count + 8);
        headers.AddRange(call.Request.Headers.Where(static header => !PeerHeaders.IsOwn(header.Key)));
        headers.Add(new(PeerHeaders.Token, peer.Token));
        headers.Add(new(PeerHeaders.Callee, Uri.EscapeDataString(peer.AppId)));
        headers.Add(new(PeerHeaders.CallerId, Uri.EscapeDataString(call.CallerId)));
        headers.Add(new(PeerHeaders.CallerNamespace, Uri.EscapeDataString(call.CallerNamespace)));
        headers.Add(new(PeerHeaders.Method, Uri.EscapeDataString(call.Method)));
        headers.Add(new(PeerHeaders.Verb, call.Request.Method));
        headers.Add(new(PeerHeaders.Path, call.Request.Path));
        if (call.Request.Query is { } query)
        {
            headers.Add(new(PeerHeaders.Query, query));
        }

        var request = call.Request with { Method = "POST", Path = PeerHeaders.InvokePath, Query = null, Headers = headers };
        using var message = HttpExchanges.Message(Url(peer), request, http2: true);
        AppExchange exchange;
        try
        {
            exchange = await HttpExchanges.OpenAsync(_http, message, cancellationToken);
        }
        catch (AppUnreachableException exception)
        {
            // Without a connection nothing was sent; later nobody knows what the app has done.
            var isUnsent = exception.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } or { InnerException: SocketException };
            return new InvokeFault(exception.Message, GrpcCode.Unavailable, isUnsent);
        }

        if (Fault(exchange) is not { } fault)
        {
            return exchange;
        }

        await exchange.DisposeAsync();
        return fault;
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Where a peer listens.</summary>
    internal static string Url(PeerAddress peer) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{peer.Port}");

    private static InvokeFault? Fault(AppExchange exchange)
    {
        var code = exchange.Headers.FirstOrDefault(static header => header.Key.Equals(PeerHeaders.FaultCode, StringComparison.OrdinalIgnoreCase)).Value;
        if (code is null)
        {
            return exchange.Status == (int)HttpStatusCode.MisdirectedRequest ? new InvokeFault("another sidecar answered", GrpcCode.Unavailable, IsUnsent: true) : null;
        }

        var text = exchange.Headers.FirstOrDefault(static header => header.Key.Equals(PeerHeaders.FaultText, StringComparison.OrdinalIgnoreCase)).Value;
        return new InvokeFault(Uri.UnescapeDataString(text ?? string.Empty), (GrpcCode)int.Parse(code, CultureInfo.InvariantCulture));
    }
}
