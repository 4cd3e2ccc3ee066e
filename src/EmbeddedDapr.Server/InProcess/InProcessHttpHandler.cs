using System.Diagnostics;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Http;

namespace EmbeddedDapr.Server.InProcess;

/// <summary>
/// Takes an app's HTTP calls of the Dapr API without a socket: for <c>new ActorProxyFactory(options, handler)</c>. Actor calls go straight into the engine, everything else
/// through the pipeline of the HTTP head. Belongs to one app, whose identity it stands for, so no token is asked for. Thread safe.
/// </summary>
public sealed class InProcessHttpHandler : HttpMessageHandler
{
    private const string TraceParent = "traceparent";
    private readonly Sidecar _sidecar;
    private readonly InProcessServer? _head;

    /// <summary>Makes a handler.</summary>
    /// <param name="sidecar">The calling app's sidecar.</param>
    /// <param name="head">The head's server; null: only the actor API is there.</param>
    public InProcessHttpHandler(Sidecar sidecar, InProcessServer? head = null)
    {
        _sidecar = sidecar;
        _head = head;
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri ?? throw new InvalidOperationException("A request needs an address.");
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var call = new AppRequest
        {
            Method = request.Method.Method,
            Path = uri.AbsolutePath,
            Query = uri.Query.Length > 1 ? uri.Query[1..] : null,
            ContentType = request.Content?.Headers.NonValidated.TryGetValues("Content-Type", out var type) == true ? type.ToString() : null,
            Headers = Headers(request),
            Body = body,
        };

        try
        {
            if (ActorPath.TryParse(uri.AbsolutePath, out var path) && ActorEndpoint.Knows(call.Method, path.Kind))
            {
                var answer = ActorEndpoint.HandleAsync(_sidecar, path, call, cancellationToken);

                // A caller that gave up need not wait for an actor that does not look at its token; the turn goes on and ends by itself.
                return Message(request, answer.IsCompleted ? await answer : await answer.AsTask().WaitAsync(cancellationToken));
            }

            if (_head is null)
            {
                return Message(request, ActorEndpoint.Error(ApiErrors.NoInvokeTarget()));
            }

            // The head asks for the token of whoever comes through it, this app included.
            return Message(request, await _head.SendAsync(call, _sidecar.Options.ApiToken, cancellationToken));
        }
        catch (AppUnreachableException exception)
        {
            throw new HttpRequestException(exception.Message, exception);
        }
    }

    private static List<KeyValuePair<string, string>>? Headers(HttpRequestMessage request)
    {
        List<KeyValuePair<string, string>>? headers = null;
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            if (ForwardedHeaders.Travels(name))
            {
                (headers ??= []).Add(new(name, values.ToString()));
            }
        }

        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity && !request.Headers.NonValidated.Contains(TraceParent))
        {
            (headers ??= []).Add(new(TraceParent, activity.Id!));
        }

        return headers;
    }

    private static HttpResponseMessage Message(HttpRequestMessage request, in AppResponse answer)
    {
        var message = new HttpResponseMessage((System.Net.HttpStatusCode)answer.Status) { RequestMessage = request, Content = new ReadOnlyMemoryContent(answer.Body) };
        if (answer.ContentType is not null)
        {
            message.Content.Headers.TryAddWithoutValidation("Content-Type", answer.ContentType);
        }

        foreach (var (name, value) in answer.Headers ?? [])
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return message;
    }
}
