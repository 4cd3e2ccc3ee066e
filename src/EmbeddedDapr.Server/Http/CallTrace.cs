using EmbeddedDapr.PubSub;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Tracing;

namespace EmbeddedDapr.Server.Http;

/// <summary>The span of a call, as the pipeline has left it in the request's headers.</summary>
internal static class CallTrace
{
    /// <summary>For events; null: there is none.</summary>
    public static PublishTrace? Of(HttpContext context, Sidecar sidecar)
    {
        var headers = context.Request.Headers;
        return !sidecar.Tracer.IsOff && headers.TryGetValue(TraceHeaders.TraceParent, out var parent) && TraceParent.TryParse(parent.ToString(), out _)
            ? new(parent.ToString(), headers[TraceHeaders.TraceState].ToString())
            : null;
    }

    /// <summary>For output bindings: into the metadata of the request, beside what the caller has put there itself.</summary>
    public static IReadOnlyDictionary<string, string> Into(IReadOnlyDictionary<string, string> metadata, HttpContext context, Sidecar sidecar)
    {
        if (sidecar.Tracer.IsOff)
        {
            return metadata;
        }

        var all = new Dictionary<string, string>(metadata, StringComparer.Ordinal);
        var headers = context.Request.Headers;
        all[TraceHeaders.TraceParent] = headers.TryGetValue(TraceHeaders.TraceParent, out var parent) && TraceParent.TryParse(parent.ToString(), out _) ? parent.ToString() : TraceParent.None;
        foreach (var name in (ReadOnlySpan<string>)[TraceHeaders.TraceState, TraceHeaders.Baggage])
        {
            if (headers.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 } text)
            {
                all[name] = text;
            }
        }

        return all;
    }
}
