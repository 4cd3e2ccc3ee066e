using System.Text;
using EmbeddedDapr.Tracing;

namespace EmbeddedDapr.Server.Http;

/// <summary>Trace context of calls over HTTP (contract section 10.1): read, continued towards the app, told in the answer.</summary>
internal static class HttpTrace
{
    /// <summary>Puts the call's span in the place of the caller's, and into the answer. False: the call has been refused.</summary>
    public static bool TryBegin(HttpContext context, Tracer tracer, out Task refusal)
    {
        refusal = Task.CompletedTask;
        if (tracer.IsOff)
        {
            return true;
        }

        var (given, told) = (context.Request.Headers, context.Response.Headers);
        if (given.TryGetValue(TraceHeaders.Baggage, out var baggage) && baggage.ToString() is { Length: > 0 } text)
        {
            if (BaggageHeader.Fault(text) is { } fault)
            {
                refusal = RefuseAsync(context, fault);
                return false;
            }

            told[TraceHeaders.Baggage] = baggage;
        }

        var hasParent = TraceParent.TryParse(given.TryGetValue(TraceHeaders.TraceParent, out var sent) ? sent.ToString() : null, out var parent);
        var span = tracer.Begin(parent);
        if (span.Trace == default)
        {
            told[TraceHeaders.TraceParent] = TraceParent.None;
            return true;
        }

        if (span != parent)
        {
            given[TraceHeaders.TraceParent] = span.ToString();
        }

        told[TraceHeaders.TraceParent] = given[TraceHeaders.TraceParent];
        if (hasParent && given.TryGetValue(TraceHeaders.TraceState, out var state))
        {
            told[TraceHeaders.TraceState] = state;
        }

        return true;
    }

    private static Task RefuseAsync(HttpContext context, string fault)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.WriteBodyAsync(StatusCodes.Status400BadRequest, Encoding.UTF8.GetBytes($"invalid baggage header: {fault}\n"));
    }
}
