namespace EmbeddedDapr.Apps;

/// <summary>Where an app takes gRPC calls of its own services, which are passed on as they come. Thread safe.</summary>
public sealed class GrpcAppEndpoint : IDisposable
{
    private readonly HttpMessageInvoker _http;

    internal GrpcAppEndpoint(string url, bool skipCertificateValidation)
    {
        Url = url;
        var handler = HttpExchanges.Handler();
        HttpExchanges.TrustAnybody(handler, skipCertificateValidation);
        _http = new HttpMessageInvoker(handler);
    }

    /// <summary>Scheme, host and port.</summary>
    public string Url { get; }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken) => _http.SendAsync(message, cancellationToken);
}
