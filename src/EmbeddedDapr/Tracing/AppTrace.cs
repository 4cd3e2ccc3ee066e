namespace EmbeddedDapr.Tracing;

/// <summary>The trace header of a call that the runtime makes into an app by itself: an event, or what a binding read (contract section 10.1).</summary>
internal static class AppTrace
{
    /// <summary>The <c>traceparent</c> to send; null: none, since tracing is off.</summary>
    /// <param name="tracer">Of the sidecar.</param>
    /// <param name="parent">What the event carries; null: nothing.</param>
    public static string? HeaderAfter(this Tracer tracer, string? parent)
    {
        if (tracer.IsOff)
        {
            return null;
        }

        var hasParent = TraceParent.TryParse(parent, out var given);
        var span = tracer.Begin(given);
        if (span.Trace == default)
        {
            return parent ?? TraceParent.None;
        }

        return hasParent && span == given ? parent : span.ToString();
    }
}
