using System.Buffers;
using System.Globalization;
using EmbeddedDapr.Bindings;

namespace EmbeddedDapr.Components.Http;

/// <summary>
/// Calls an HTTP service. The operation is the method (<c>create</c> is POST); metadata of the request: <c>path</c> behind the url, <c>errorIfNot2XX</c>, and every
/// name that begins with a capital letter as a header. Status and headers of the answer are its metadata. Thread safe.
/// </summary>
internal sealed class HttpOutputBinding(HttpBindingMetadata metadata, TimeProvider time) : IOutputBinding
{
    private const string Json = "application/json; charset=utf-8";

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        // The runtime passes the trace on itself.
        ActivityHeadersPropagator = null,
        UseCookies = false,
        MaxConnectionsPerServer = 1024,
    });

    /// <inheritdoc/>
    public IReadOnlyList<string> Operations { get; } = ["create", "get", "head", "post", "put", "patch", "delete", "options", "trace"];

    /// <inheritdoc/>
    public async ValueTask<OutputBindingResponse> InvokeAsync(OutputBindingRequest request, CancellationToken cancellationToken)
    {
        using var timeout = metadata.Timeout is { } limit ? new CancellationTokenSource(limit, time) : new CancellationTokenSource();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var message = Message(request);
            using var answer = await _http.SendAsync(message, linked.Token);
            var response = new OutputBindingResponse(await ReadAsync(answer, linked.Token), MetadataOf(answer));
            return answer.IsSuccessStatusCode || !Fails(request) ? response : throw new OutputBindingException($"received status code {(int)answer.StatusCode}", response);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ComponentException($"no answer within {GoDuration.Format(metadata.Timeout!.Value)}");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Dictionary<string, string> MetadataOf(HttpResponseMessage answer)
    {
        var status = ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
        var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["statusCode"] = status,
            ["status"] = string.IsNullOrEmpty(answer.ReasonPhrase) ? status : $"{status} {answer.ReasonPhrase}",
        };
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
        {
            if (!name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                all[Canonical(name)] = values.ToString();
            }
        }

        return all;
    }

    /// <summary>As Go writes names, whatever the service does: <c>Content-Type</c>.</summary>
    private static string Canonical(string name) =>
        string.Join('-', name.Split('-').Select(part => part.Length == 0 ? part : char.ToUpperInvariant(part[0]) + part[1..].ToLowerInvariant()));

    private HttpRequestMessage Message(OutputBindingRequest request)
    {
        var method = new HttpMethod(request.Operation == "create" ? "POST" : request.Operation.ToUpperInvariant());
        var message = new HttpRequestMessage(method, metadata.Target(request.Metadata.TryGetValue("path", out var path) ? path : null));
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Accept"] = Json };
        if (method.Method is "POST" or "PUT" or "PATCH")
        {
            message.Content = new ReadOnlyMemoryContent(request.Data);
            headers["Content-Type"] = Json;
        }

        if (metadata.TokenHeader is var (tokenHeader, token))
        {
            headers[tokenHeader] = token;
        }

        foreach (var (name, value) in request.Metadata)
        {
            if ((name.Length > 0 && char.IsUpper(name[0])) || name is "traceparent" or "tracestate")
            {
                headers[name] = value;
            }
        }

        foreach (var (name, value) in headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return message;
    }

    private bool Fails(OutputBindingRequest request) =>
        request.Metadata.TryGetValue("errorIfNot2XX", out var text) ? new ComponentMetadata([new("flag", text)]).Flag("flag", absent: true) : metadata.FailsIfNot2xx;

    private async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var body = new ArrayBufferWriter<byte>(4096);
        while (metadata.BodyBytesMax - body.WrittenCount is > 0 and var rest)
        {
            var room = body.GetMemory(4096);
            var read = await stream.ReadAsync(rest < room.Length ? room[..(int)rest] : room, cancellationToken);
            if (read == 0)
            {
                break;
            }

            body.Advance(read);
        }

        return body.WrittenMemory;
    }
}
