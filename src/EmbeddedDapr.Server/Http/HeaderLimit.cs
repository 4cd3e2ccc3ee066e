using EmbeddedDapr.Server.Hosting;
using Microsoft.AspNetCore.Http.Features;

namespace EmbeddedDapr.Server.Http;

/// <summary>Refuses a header block over <c>--read-buffer-size</c> as Go's server does, with a text; Kestrel's own refusal, further up, has none (recorded: runtime-header-limit).</summary>
internal static class HeaderLimit
{
    /// <summary>Bytes that Go's server lets pass beyond what it is told.</summary>
    public const int Slack = 4096;

    /// <summary>Bytes above the limit that Kestrel still reads, so that most refusals get their text.</summary>
    public const int ToldWithText = 64 * 1024;

    // Behind name and value: ": " and the line's end.
    private const int FieldOverhead = 4;

    public static void UseHeaderLimit(this IApplicationBuilder app, int bytesMax)
    {
        var limit = bytesMax + Slack;
        app.Use(next => context => context.Features.Get<HeadFeature>() is not null && IsOver(context.Request, limit) ? RefuseAsync(context) : next(context));
    }

    private static bool IsOver(HttpRequest request, int limit)
    {
        var bytes = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Length + request.Method.Length + request.Protocol.Length + FieldOverhead;
        foreach (var (name, values) in request.Headers)
        {
            foreach (var value in values)
            {
                bytes += name.Length + (value?.Length ?? 0) + FieldOverhead;
            }
        }

        return bytes > limit;
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.Connection = "close";
        return context.WriteBodyAsync(StatusCodes.Status431RequestHeaderFieldsTooLarge, "431 Request Header Fields Too Large"u8.ToArray());
    }
}
