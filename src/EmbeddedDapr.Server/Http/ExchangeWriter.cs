using EmbeddedDapr.Apps;
using EmbeddedDapr.Peers;
using Microsoft.Extensions.Primitives;

namespace EmbeddedDapr.Server.Http;

/// <summary>Passes an app's answer on as it comes: status, headers, and each piece of the body at once.</summary>
internal static class ExchangeWriter
{
    private const int BufferBytes = 16 * 1024;

    /// <summary>Writes the answer; an answer that breaks off is broken off towards the caller too.</summary>
    /// <param name="context">The caller.</param>
    /// <param name="exchange">The answer; stays the caller's to dispose.</param>
    /// <param name="guessType">Whether an answer without a content type gets one.</param>
    /// <param name="toPeer">The caller is another sidecar, which understands headers between sidecars.</param>
    public static async Task WriteAsync(this HttpContext context, AppExchange exchange, bool guessType, bool toPeer = false)
    {
        var response = context.Response;
        response.StatusCode = exchange.Status;
        foreach (var (name, value) in exchange.Headers)
        {
            // The sidecar's own trace headers are one value each.
            if ((toPeer || !PeerHeaders.IsOwn(name)) && (!TraceHeaders.IsTrace(name) || !response.Headers.ContainsKey(name)))
            {
                // (Append leaves out values that are empty.)
                response.Headers[name] = StringValues.Concat(response.Headers[name], value);
            }
        }

        if (HttpMethods.IsHead(context.Request.Method) || exchange.Status is 204 or 304)
        {
            return;
        }

        response.ContentLength = exchange.Body.Length;
        var buffer = new byte[BufferBytes];
        var source = exchange.Body.Open();
        var isFirst = guessType && response.ContentType is null;
        try
        {
            while (await source.ReadAsync(buffer, context.RequestAborted) is > 0 and var read)
            {
                if (isFirst)
                {
                    response.ContentType = ContentSniffer.Guess(buffer.AsSpan(0, read));
                    isFirst = false;
                }

                await response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
                await response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            // Half an answer must not look like a whole one; daprd ends it as if nothing had happened (recorded: invoke-chunked-cut).
            context.Abort();
        }
    }
}
