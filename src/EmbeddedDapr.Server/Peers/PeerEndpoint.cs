using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Invocation;
using EmbeddedDapr.Peers;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Http;

namespace EmbeddedDapr.Server.Peers;

/// <summary>Takes calls of other sidecars of this machine into the app, see <see cref="PeerHeaders"/>.</summary>
internal static class PeerEndpoint
{
    /// <summary>Answers a call. Who does not know the token, or means another app, has found the port of somebody who is gone: 421.</summary>
    public static async Task HandleAsync(HttpContext context, Sidecar sidecar, string token)
    {
        var headers = context.Request.Headers;
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(headers[PeerHeaders.Token].ToString()), Encoding.UTF8.GetBytes(token))
            || Text(headers, PeerHeaders.Callee) != sidecar.Options.AppId)
        {
            context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return;
        }

        if (context.Request.Path != PeerHeaders.InvokePath)
        {
            await GrpcForwarder.ServeAsync(context, sidecar);
            return;
        }

        var result = await sidecar.Invoke.ServeAsync(Call(context.Request), context.RequestAborted);
        if (result.Exchange is not { } exchange)
        {
            context.Response.Headers[PeerHeaders.FaultCode] = ((int)result.Fault!.Code.GetValueOrDefault(GrpcCode.Unknown)).ToString(CultureInfo.InvariantCulture);
            context.Response.Headers[PeerHeaders.FaultText] = Uri.EscapeDataString(result.Fault.Text);
            return;
        }

        await using (exchange)
        {
            await context.WriteAsync(exchange, guessType: false, toPeer: true);
        }
    }

    private static PeerCall Call(HttpRequest request)
    {
        var headers = new List<KeyValuePair<string, string>>(request.Headers.Count);
        foreach (var (name, values) in request.Headers)
        {
            // HTTP/2 knows no hop-by-hop headers; names that begin with a colon are not told as headers.
            if (!PeerHeaders.IsOwn(name) && name is not ("Host" or "Content-Length"))
            {
                foreach (var value in values)
                {
                    headers.Add(new(name, value ?? string.Empty));
                }
            }
        }

        return new PeerCall
        {
            CallerId = Text(request.Headers, PeerHeaders.CallerId),
            CallerNamespace = Text(request.Headers, PeerHeaders.CallerNamespace),
            Method = Text(request.Headers, PeerHeaders.Method),
            Request = new AppStreamRequest
            {
                Method = request.Headers[PeerHeaders.Verb].ToString(),
                Path = request.Headers[PeerHeaders.Path].ToString(),
                Query = request.Headers.TryGetValue(PeerHeaders.Query, out var query) ? query.ToString() : null,
                Headers = headers,
                Body = Body(request),
            },
        };
    }

    private static StreamBody Body(HttpRequest request)
    {
        var hasBody = request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;
        return !hasBody || request.ContentLength == 0 ? StreamBody.Empty : new StreamBody(request.Body, request.ContentLength);
    }

    private static string Text(IHeaderDictionary headers, string name) => Uri.UnescapeDataString(headers[name].ToString());
}
