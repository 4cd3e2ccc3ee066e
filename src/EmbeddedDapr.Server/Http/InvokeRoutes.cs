using EmbeddedDapr.Apps;
using EmbeddedDapr.Invocation;
using EmbeddedDapr.Runtime;
using Microsoft.AspNetCore.Http.Features;

namespace EmbeddedDapr.Server.Http;

/// <summary>Service invocation over HTTP (contract section 6): whatever names an app, and is no other API's.</summary>
internal static class InvokeRoutes
{
    private const string AppIdHeader = "dapr-app-id";
    private const string EventStream = "text/event-stream";

    /// <summary>Invokes, or answers that nobody is named.</summary>
    public static Task InvokeAsync(HttpContext context, Sidecar sidecar) =>
        InvokeAddress.TryParse(context.Request.Headers, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, out var address)
            ? InvokeAsync(context, sidecar, address)
            : context.WriteErrorAsync(ApiErrors.NoInvokeTarget());

    private static async Task InvokeAsync(HttpContext context, Sidecar sidecar, InvokeAddress address)
    {
        var limited = Body(context.Request, sidecar.Options.BodyBytesMax, out var body);
        var result = await sidecar.Invoke.InvokeAsync(
            new InvokeRequest
            {
                AppId = address.AppId,
                Method = address.Method,
                Verb = context.Request.Method,
                Query = context.Request.QueryString is { HasValue: true, Value.Length: > 1 } query ? query.Value[1..] : null,
                Headers = Headers(context.Request.Headers, sidecar.Options),
                Body = body,
            },
            context.RequestAborted);
        if (result.Exchange is not { } exchange)
        {
            var fault = limited is { IsTooLarge: true } ? new InvokeFault(RequestBody.TooLarge) : result.Fault!;
            await context.WriteErrorAsync(ApiErrors.DirectInvoke(address.AppId, fault));
            return;
        }

        await using (exchange)
        {
            // Proxies and browsers must not keep events back.
            if (context.Request.Headers.Accept == EventStream)
            {
                context.Response.Headers.CacheControl = "no-cache";
            }

            // A refusal without a type is taken for JSON, anything else is looked at (recorded: resiliency-app-retry-statuses, invoke-bodies).
            var isRefusal = exchange.Status >= StatusCodes.Status400BadRequest;
            if (isRefusal && !exchange.Headers.Any(static header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)))
            {
                context.Response.ContentType = "application/json";
            }

            await context.WriteAsync(exchange, guessType: !isRefusal);
        }
    }

    private static LimitedBody? Body(HttpRequest request, long bytesMax, out StreamBody body)
    {
        var hasBody = request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? request.ContentLength > 0;
        if (!hasBody || request.ContentLength == 0)
        {
            body = StreamBody.Empty;
            return null;
        }

        var limited = new LimitedBody(request.Body, bytesMax < 0 ? long.MaxValue : bytesMax);
        body = new StreamBody(limited, request.ContentLength);
        return limited;
    }

    private static List<KeyValuePair<string, string>> Headers(IHeaderDictionary given, SidecarOptions options)
    {
        var headers = new List<KeyValuePair<string, string>>(given.Count);
        foreach (var (name, values) in given)
        {
            if (InvokeHeaders.Travelling(name, options) is { } travelling && !name.Equals(AppIdHeader, StringComparison.OrdinalIgnoreCase))
            {
                foreach (var value in values)
                {
                    headers.Add(new(travelling, value ?? string.Empty));
                }
            }
        }

        return headers;
    }
}
