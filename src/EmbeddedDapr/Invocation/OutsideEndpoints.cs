using System.Collections.Concurrent;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.Invocation;

/// <summary>Services outside, by the name of an HTTPEndpoint or by URL (contract section 6.1). Thread safe.</summary>
internal sealed class OutsideEndpoints : IDisposable
{
    private readonly Dictionary<string, HttpEndpointResource> _named = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IReadOnlyList<KeyValuePair<string, string>>> _headers = new(StringComparer.Ordinal);
    private readonly Sidecar _sidecar;
    private readonly Lazy<HttpMessageInvoker> _http = new(() => new HttpMessageInvoker(HttpExchanges.Handler()));

    public OutsideEndpoints(Sidecar sidecar)
    {
        _sidecar = sidecar;
        foreach (var endpoint in sidecar.HttpEndpoints)
        {
            _named[endpoint.Name] = endpoint;
        }
    }

    /// <summary>Who is meant; null: an app.</summary>
    public HttpEndpointResource? Find(string id)
    {
        if (_named.TryGetValue(id, out var endpoint))
        {
            return endpoint;
        }

        return id.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || id.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? new(id, id, [], null, []) : null;
    }

    public async ValueTask<InvokeResult> CallAsync(HttpEndpointResource endpoint, InvokeRequest request, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(endpoint.BaseUrl, UriKind.Absolute, out var url))
        {
            return new InvokeFault($"invalid URL {endpoint.BaseUrl}");
        }

        if (MethodPath.Escape(request.Method) is not { } path)
        {
            return new InvokeFault($"parse \"{request.Method}\": invalid URL escape");
        }

        var call = new AppStreamRequest
        {
            Method = request.Verb,
            Path = path,
            Query = request.Query,
            Headers = InvokeHeaders.ToOutside(request, await HeadersAsync(endpoint, cancellationToken)),
            Body = request.Body,
        };
        using var message = HttpExchanges.Message(url.GetLeftPart(UriPartial.Path).TrimEnd('/'), call, http2: false);
        try
        {
            return await HttpExchanges.OpenAsync(_http.Value, message, cancellationToken);
        }
        catch (AppUnreachableException exception)
        {
            return new InvokeFault(exception.Message);
        }
    }

    public void Dispose()
    {
        if (_http.IsValueCreated)
        {
            _http.Value.Dispose();
        }
    }

    /// <summary>The resource's headers, secrets read once; one that cannot be read stays empty, as in a component.</summary>
    private async ValueTask<IReadOnlyList<KeyValuePair<string, string>>> HeadersAsync(HttpEndpointResource endpoint, CancellationToken cancellationToken)
    {
        if (endpoint.Headers.Count == 0)
        {
            return [];
        }

        if (_headers.TryGetValue(endpoint.Name, out var known))
        {
            return known;
        }

        var headers = new List<KeyValuePair<string, string>>(endpoint.Headers.Count);
        foreach (var entry in endpoint.Headers)
        {
            headers.Add(new(entry.Name, entry.Value ?? await SecretAsync(endpoint, entry, cancellationToken)));
        }

        return _headers.GetOrAdd(endpoint.Name, headers);
    }

    private async ValueTask<string> SecretAsync(HttpEndpointResource endpoint, MetadataEntry entry, CancellationToken cancellationToken)
    {
        if (entry.SecretName is not { } name)
        {
            return entry.EnvironmentName is { } variable ? Environment.GetEnvironmentVariable(variable) ?? string.Empty : string.Empty;
        }

        if (endpoint.SecretStore is not { Length: > 0 } store || !_sidecar.Components.SecretStores.TryGetValue(store, out var secrets))
        {
            return string.Empty;
        }

        try
        {
            var secret = await secrets.Instance.GetAsync(name, new Dictionary<string, string>(), cancellationToken);
            return secret?.GetValueOrDefault(entry.SecretKey is { Length: > 0 } key ? key : name) ?? string.Empty;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return string.Empty;
        }
    }
}
