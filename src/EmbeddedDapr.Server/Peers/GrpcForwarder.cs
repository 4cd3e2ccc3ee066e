using System.Globalization;
using System.Net;
using System.Text;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Invocation;
using EmbeddedDapr.Peers;
using EmbeddedDapr.Runtime;
using Microsoft.AspNetCore.Http.Features;

namespace EmbeddedDapr.Server.Peers;

/// <summary>
/// Passes gRPC calls of services that the sidecar does not know on to the app that metadata name (contract section 11.5): frames as they come, both ways, so that every kind
/// of stream works.
/// </summary>
internal static class GrpcForwarder
{
    private const string CalleeHeader = "dapr-callee-app-id";
    private const string AppHeader = "dapr-app-id";
    private const string CallerHeader = "dapr-caller-app-id";
    private const string TokenHeader = "dapr-api-token";

    /// <summary>Calls the app that is meant, through its sidecar unless it is the own one.</summary>
    public static Task ForwardAsync(HttpContext context, Sidecar sidecar)
    {
        var headers = context.Request.Headers;
        if (!headers.TryGetValue(CalleeHeader, out var id) && !headers.TryGetValue(AppHeader, out id))
        {
            return FailAsync(context, GrpcCode.Unknown, "cannot proxy request: missing dapr-callee-app-id or dapr-app-id metadata");
        }

        if (id.ToString() is not { Length: > 0 } callee || AppIds.WithoutNamespace(callee) is not { } appId)
        {
            return FailAsync(context, GrpcCode.Unknown, "app id is empty");
        }

        if (appId == sidecar.Options.AppId)
        {
            return ToAppAsync(context, sidecar);
        }

        if (sidecar.Siblings?.Invoke(appId) is { } sibling)
        {
            return ServeAsync(context, sibling);
        }

        return sidecar.Peers?.Find(appId, out _) is { } peer
            ? ToPeerAsync(context, sidecar, (PeerDirectory)sidecar.Peers, peer)
            : FailAsync(context, GrpcCode.Unknown, $"timeout waiting for address for app id {appId}");
    }

    /// <summary>Carries a call of another app into the sidecar's own.</summary>
    public static Task ServeAsync(HttpContext context, Sidecar sidecar) => sidecar.Invoke.Refusal(context.Request.Path.Value!.TrimStart('/'), "POST") is { } refusal
        ? FailAsync(context, GrpcCode.PermissionDenied, refusal.Text)
        : ToAppAsync(context, sidecar);

    /// <summary>Calls the sidecar's own app.</summary>
    public static async Task ToAppAsync(HttpContext context, Sidecar sidecar)
    {
        if (sidecar.App?.Grpc is not { } app)
        {
            await FailAsync(context, GrpcCode.Unavailable, "connection error: the app has no port, or does not speak gRPC");
            return;
        }

        using var message = Message(context, app.Url);
        if (sidecar.Options.AppApiToken is { } token)
        {
            message.Headers.Remove(TokenHeader);
            message.Headers.TryAddWithoutValidation(TokenHeader, token);
        }

        await SendAsync(context, app.SendAsync, message);
    }

    /// <summary>Answers with an error.</summary>
    public static Task FailAsync(HttpContext context, GrpcCode code, string text)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = ((int)code).ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Escape(text);
        return Task.CompletedTask;
    }

    /// <summary>Percent-encoded as gRPC over HTTP/2 says: everything but visible ASCII, and the percent sign; some clients decode no more than that.</summary>
    private static string Escape(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Select(static b =>
        b is >= (byte)' ' and <= (byte)'~' and not (byte)'%' ? ((char)b).ToString() : string.Create(CultureInfo.InvariantCulture, $"%{b:X2}")));

    private static async Task ToPeerAsync(HttpContext context, Sidecar sidecar, PeerDirectory peers, PeerAddress peer)
    {
        using var message = Message(context, PeerClient.Url(peer));
        message.Headers.Remove(CallerHeader);
        message.Headers.TryAddWithoutValidation(CallerHeader, sidecar.Options.AppId);
        message.Headers.TryAddWithoutValidation(PeerHeaders.Token, peer.Token);
        message.Headers.TryAddWithoutValidation(PeerHeaders.Callee, Uri.EscapeDataString(peer.AppId));
        message.Headers.TryAddWithoutValidation(PeerHeaders.CallerId, Uri.EscapeDataString(sidecar.Options.AppId));
        message.Headers.TryAddWithoutValidation(PeerHeaders.CallerNamespace, Uri.EscapeDataString(sidecar.Options.Namespace));
        if (sidecar.Options.ApiToken is not null)
        {
            message.Headers.Remove(TokenHeader);
        }

        await SendAsync(context, peers.SendAsync, message);
    }

    private static HttpRequestMessage Message(HttpContext context, string url)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(url + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new DuplexContent(context.Request.Body),
        };
        foreach (var (name, values) in context.Request.Headers)
        {
            if (PeerHeaders.IsOwn(name) || HopByHop.Contains(name) || name is "Host" or "Content-Length")
            {
                continue;
            }

            foreach (var value in values)
            {
                if (!message.Headers.TryAddWithoutValidation(name, value))
                {
                    message.Content.Headers.TryAddWithoutValidation(name, value);
                }
            }
        }

        message.Headers.TE.ParseAdd("trailers");
        return message;
    }

    private static async Task SendAsync(HttpContext context, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send, HttpRequestMessage message)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await send(message, context.RequestAborted);
        }
        catch (Exception exception) when (IsBroken(exception, context))
        {
            await FailAsync(context, GrpcCode.Unavailable, $"connection error: desc = \"{exception.Message}\"");
            return;
        }

        using (answer)
        {
            try
            {
                await CopyAsync(context, answer);
            }
            catch (Exception exception) when (IsBroken(exception, context))
            {
                // The call broke off in the middle; a trailer would make it look complete.
                context.Features.Get<IHttpResetFeature>()?.Reset(2);
            }
        }
    }

    /// <summary>A connection that breaks cancels what is being sent on it, which says nothing about the caller.</summary>
    private static bool IsBroken(Exception exception, HttpContext context) =>
        exception is HttpRequestException or IOException || (exception is OperationCanceledException && !context.RequestAborted.IsCancellationRequested);

    private static async Task CopyAsync(HttpContext context, HttpResponseMessage answer)
    {
        var response = context.Response;
        if (answer.StatusCode == HttpStatusCode.MisdirectedRequest)
        {
            await FailAsync(context, GrpcCode.Unavailable, "another sidecar answered");
            return;
        }

        response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
        {
            if (!HopByHop.Contains(name) && !name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                response.Headers[name] = values.ToArray();
            }
        }

        // An answer of nothing but trailers has them in its headers, and ends there.
        if (answer.Headers.Contains("grpc-status"))
        {
            return;
        }

        // Headers travel before the first message: a client may wait for them before it sends one.
        await response.StartAsync(context.RequestAborted);
        var buffer = new byte[16 * 1024];
        var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        while (await body.ReadAsync(buffer, context.RequestAborted) is > 0 and var read)
        {
            await response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
            await response.Body.FlushAsync(context.RequestAborted);
        }

        foreach (var (name, values) in answer.TrailingHeaders.NonValidated)
        {
            response.AppendTrailer(name, values.ToArray());
        }
    }

    /// <summary>A request's body while it comes.</summary>
    private sealed class DuplexContent(Stream body) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            // Headers go out at once, whether or not a message follows.
            await stream.FlushAsync(cancellationToken);
            var buffer = new byte[16 * 1024];
            while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                await stream.FlushAsync(cancellationToken);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
