namespace EmbeddedDapr.Apps;

/// <summary>What a call is about, for apps that take it by another way than its path.</summary>
public enum AppCallKind
{
    /// <summary>Its path says it.</summary>
    ByPath,

    /// <summary>An event of a subscription.</summary>
    Event,

    /// <summary>Events of a bulk subscription.</summary>
    Events,

    /// <summary>Whether the app wants the events of a binding.</summary>
    BindingProbe,

    /// <summary>An event of a binding.</summary>
    BindingEvent,
}

/// <summary>A call into an app. Bodies are whole: callbacks of the runtime are small and bounded by the body limit.</summary>
public readonly record struct AppRequest
{
    /// <summary>What it is about.</summary>
    public AppCallKind Kind { get; init; }

    /// <summary>Name of the pub/sub component or binding it is about; null: none.</summary>
    public string? Component { get; init; }

    /// <summary>HTTP method.</summary>
    public required string Method { get; init; }

    /// <summary>Path, percent-encoded where needed, starting with <c>/</c>; without query.</summary>
    public required string Path { get; init; }

    /// <summary>Query without <c>?</c>; null: none.</summary>
    public string? Query { get; init; }

    /// <summary>Content type; null: none.</summary>
    public string? ContentType { get; init; }

    /// <summary>Further headers; null: none. The channel adds the app API token itself.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Headers { get; init; }

    /// <summary>Body; must stay unchanged until the call returned.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
}

/// <summary>An app's answer.</summary>
public readonly record struct AppResponse
{
    /// <summary>HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>Content type; null: none.</summary>
    public string? ContentType { get; init; }

    /// <summary>Headers but content type and hop-by-hop ones; null: none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Headers { get; init; }

    /// <summary>Body; owned by the receiver.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
}

/// <summary>How the runtime calls an app: over loopback HTTP, or in process. Thread safe.</summary>
public interface IAppChannel : IAsyncDisposable
{
    private const string ContentType = "Content-Type";

    /// <summary>Where gRPC calls of the app's own services go; null: nowhere.</summary>
    GrpcAppEndpoint? Grpc => null;

    /// <summary>Completes once the app can be called.</summary>
    Task WaitUntilListeningAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Calls the app. Any status is an answer. Cancelling aborts the app's request.
    /// </summary>
    /// <exception cref="AppUnreachableException">No answer: refused, reset, aborted, or the app's pipeline threw outside its own error handling.</exception>
    ValueTask<AppResponse> SendAsync(AppRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Calls the app, bodies in pieces where the channel can. Any status is an answer. Cancelling aborts the request until the answer has been returned; from then on disposing
    /// the answer does.
    /// </summary>
    /// <exception cref="AppUnreachableException">No answer.</exception>
    async ValueTask<AppExchange> OpenAsync(AppStreamRequest request, CancellationToken cancellationToken)
    {
        var body = request.Body.Data;
        if (!request.Body.IsWhole)
        {
            using var bytes = new MemoryStream();
            await request.Body.Open().CopyToAsync(bytes, cancellationToken);
            body = bytes.ToArray();
        }

        var typed = request.Headers.FirstOrDefault(static header => header.Key.Equals(ContentType, StringComparison.OrdinalIgnoreCase));
        var response = await SendAsync(
            new AppRequest
            {
                Method = request.Method,
                Path = request.Path,
                Query = request.Query,
                ContentType = typed.Value,
                Headers = [.. request.Headers.Where(static header => !header.Key.Equals(ContentType, StringComparison.OrdinalIgnoreCase))],
                Body = body,
            },
            cancellationToken);
        var headers = new List<KeyValuePair<string, string>>(response.Headers ?? []);
        if (response.ContentType is not null)
        {
            headers.Add(new(ContentType, response.ContentType));
        }

        return new AppExchange(response.Status, headers, new StreamBody(response.Body), static () => ValueTask.CompletedTask);
    }
}

/// <summary>The app gave no answer.</summary>
public sealed class AppUnreachableException(string message, Exception? inner = null) : Exception(message, inner);
