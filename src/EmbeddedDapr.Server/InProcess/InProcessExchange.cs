using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Security.Claims;
using EmbeddedDapr.Apps;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace EmbeddedDapr.Server.InProcess;

/// <summary>
/// One request in memory and its answer: the features that a server has to provide. Pooled; nothing of a finished request may be used any more, as with every server.
/// </summary>
#pragma warning disable CA1001 // its streams are memory: there is nothing to dispose
internal class InProcessExchange :
#pragma warning restore CA1001
    IHttpRequestFeature,
    IHttpResponseFeature,
    IHttpResponseBodyFeature,
    IHttpRequestLifetimeFeature,
    IHttpRequestIdentifierFeature,
    IHttpRequestBodyDetectionFeature,
    IRequestBodyPipeFeature,
    IHttpConnectionFeature,
    IHttpAuthenticationFeature,
    IEndpointFeature,
    IRouteValuesFeature
{
    private const string TokenHeader = "dapr-api-token";
    private static long _identifiers;
    private readonly IHeaderDictionary _requestHeaders = new HeaderDictionary();
    private readonly HeaderDictionary _responseHeaders = new HeaderDictionary();
    private readonly MemoryReadStream _requestBody = new();
    private readonly ResponseBuffer _response = new();
    private readonly List<(Func<object, Task> Callback, object State)> _starting = [];
    private readonly List<(Func<object, Task> Callback, object State)> _completed = [];
    private PipeReader? _requestReader;
    private Stream? _requestReaderSource;
    private string? _identifier;
    private RouteValueDictionary? _routeValues;

    public InProcessExchange() => _response.Starting = FireStartingAsync;

    public IHeaderDictionary RequestHeaders => _requestHeaders;

    public bool IsAborted { get; private set; }

    public string Protocol { get; set; } = "HTTP/1.1";

    public string Scheme { get; set; } = "http";

    public string Method { get; set; } = "GET";

    public string PathBase { get; set; } = string.Empty;

    public string Path { get; set; } = "/";

    public string QueryString { get; set; } = string.Empty;

    public string RawTarget { get; set; } = string.Empty;

    IHeaderDictionary IHttpRequestFeature.Headers { get; set; } = null!;

    Stream IHttpRequestFeature.Body { get; set; } = Stream.Null;

    public bool CanHaveBody { get; private set; }

    // The body lies in memory already: no copy, unless something has put another stream before it.
    public PipeReader Reader
    {
        get
        {
            var body = ((IHttpRequestFeature)this).Body;
            if (_requestReader is null || !ReferenceEquals(_requestReaderSource, body))
            {
                _requestReader = ReferenceEquals(body, _requestBody) ? PipeReader.Create(new ReadOnlySequence<byte>(_requestBody.TakeRest())) : PipeReader.Create(body);
                _requestReaderSource = body;
            }

            return _requestReader;
        }
    }

    public int StatusCode { get; set; } = 200;

    public string? ReasonPhrase { get; set; }

    IHeaderDictionary IHttpResponseFeature.Headers { get; set; } = null!;

    // Superseded by IHttpResponseBodyFeature; the interface still has it.
    Stream IHttpResponseFeature.Body { get; set; } = Stream.Null;

    public bool HasStarted { get; private set; }

    public Stream Stream => _response.Stream;

    public PipeWriter Writer => _response;

    public CancellationToken RequestAborted { get; set; }

    [AllowNull]
    public string TraceIdentifier
    {
        get => _identifier ??= "in-process-" + Interlocked.Increment(ref _identifiers).ToString(CultureInfo.InvariantCulture);
        set => _identifier = value;
    }

    public string ConnectionId { get; set; } = "in-process";

    public IPAddress? RemoteIpAddress { get; set; }

    public IPAddress? LocalIpAddress { get; set; }

    public int RemotePort { get; set; }

    public int LocalPort { get; set; }

    public ClaimsPrincipal? User { get; set; }

    public Endpoint? Endpoint { get; set; }

    [AllowNull]
    public RouteValueDictionary RouteValues
    {
        get => _routeValues ??= [];
        set => _routeValues = value;
    }

    public void Begin(in AppRequest request, string? apiToken, CancellationToken cancellationToken)
    {
        (Protocol, Scheme, PathBase) = ("HTTP/1.1", "http", string.Empty);
        Method = request.Method;
        Path = request.Path.Contains('%') ? Uri.UnescapeDataString(request.Path) : request.Path;
        QueryString = request.Query is null ? string.Empty : "?" + request.Query;
        RawTarget = request.Query is null ? request.Path : request.Path + QueryString;
        _requestBody.Reset(request.Body);
        var asRequest = (IHttpRequestFeature)this;
        (asRequest.Headers, asRequest.Body) = (_requestHeaders, _requestBody);
        CanHaveBody = request.Body.Length > 0;
        foreach (var (name, value) in request.Headers ?? [])
        {
            _requestHeaders.Append(name, value);
        }

        if (request.ContentType is not null)
        {
            _requestHeaders.ContentType = request.ContentType;
        }

        if (CanHaveBody)
        {
            _requestHeaders.ContentLength = request.Body.Length;
        }

        if (apiToken is not null)
        {
            _requestHeaders[TokenHeader] = apiToken;
        }

        _requestHeaders.Host = "localhost";
        (StatusCode, ReasonPhrase, HasStarted, IsAborted) = (200, null, false, false);
        ((IHttpResponseFeature)this).Headers = _responseHeaders;
        RequestAborted = cancellationToken;
        (RemoteIpAddress, LocalIpAddress, User, Endpoint) = (IPAddress.Loopback, IPAddress.Loopback, null, null);
        _identifier = null;
    }

    /// <summary>The answer; the exchange can be used again afterwards.</summary>
    public AppResponse End()
    {
        string? contentType = null;
        List<KeyValuePair<string, string>>? headers = null;
        foreach (var (name, values) in _responseHeaders)
        {
            if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
            {
                contentType = values.ToString();
            }
            else if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) && !HopByHop.Contains(name))
            {
                (headers ??= []).Add(new(name, values.ToString()));
            }
        }

        var response = new AppResponse { Status = StatusCode, ContentType = contentType, Headers = headers, Body = _response.Take() };
        _requestHeaders.Clear();
        _responseHeaders.Clear();
        _requestBody.Reset(default);
        (_requestReader, _requestReaderSource) = (null, null);
        _starting.Clear();
        _completed.Clear();
        _routeValues?.Clear();
        RequestAborted = default;
        Reset();
        return response;
    }

    /// <summary>The pipeline let an exception through.</summary>
    public void Fail()
    {
        if (HasStarted)
        {
            // Part of an answer is out: a socket would be cut here.
            IsAborted = true;
            return;
        }

        _response.Take();
        _responseHeaders.Clear();
        StatusCode = 500;
    }

    public async Task FireStartingAsync()
    {
        if (HasStarted)
        {
            return;
        }

        // Last registered, first called, as ASP.NET Core's servers do.
        for (var index = _starting.Count - 1; index >= 0; index--)
        {
            await _starting[index].Callback(_starting[index].State);
        }

        HasStarted = true;
    }

    public async Task FireCompletedAsync()
    {
        for (var index = _completed.Count - 1; index >= 0; index--)
        {
            await _completed[index].Callback(_completed[index].State);
        }
    }

    public void OnStarting(Func<object, Task> callback, object state)
    {
        if (HasStarted)
        {
            throw new InvalidOperationException("The answer has started already.");
        }

        _starting.Add((callback, state));
    }

    public void OnCompleted(Func<object, Task> callback, object state) => _completed.Add((callback, state));

    public void Abort() => IsAborted = true;

    public Task StartAsync(CancellationToken cancellationToken = default) => FireStartingAsync();

    public Task CompleteAsync() => FireStartingAsync();

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    public void DisableBuffering()
    {
        // Everything is in memory; nothing would be faster.
    }

    /// <summary>Forgets features that the pipeline added.</summary>
    protected virtual void Reset()
    {
    }
}

/// <summary>The same as a feature collection for one kind of pipeline; the host keeps its own context object in it between requests.</summary>
internal sealed class InProcessExchange<TContext> : InProcessExchange, IFeatureCollection, IHostContextContainer<TContext>
    where TContext : notnull
{
    private readonly Dictionary<Type, object> _added = [];

    public bool IsReadOnly => false;

    public int Revision { get; private set; }

    public TContext? HostContext { get; set; }

    public object? this[Type key]
    {
        get => _added.Count > 0 && _added.TryGetValue(key, out var added) ? added : key.IsInstanceOfType(this) && IsFeature(key) ? this : null;
        set
        {
            Revision++;
            if (value is null || ReferenceEquals(value, this))
            {
                _added.Remove(key);
            }
            else
            {
                _added[key] = value;
            }
        }
    }

    public TFeature? Get<TFeature>() =>
        _added.Count > 0 && _added.TryGetValue(typeof(TFeature), out var added) ? (TFeature)added : this is TFeature own ? own : default;

    public void Set<TFeature>(TFeature? instance) => this[typeof(TFeature)] = instance;

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() =>
        GetType().GetInterfaces().Where(IsFeature).Select(type => KeyValuePair.Create(type, this[type]!)).Concat(_added.Where(added => !added.Key.IsInstanceOfType(this))).GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

    protected override void Reset()
    {
        _added.Clear();
        Revision++;
    }

    private static bool IsFeature(Type type) => type.IsInterface && type.Name.EndsWith("Feature", StringComparison.Ordinal);
}
