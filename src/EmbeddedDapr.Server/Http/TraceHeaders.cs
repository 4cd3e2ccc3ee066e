namespace EmbeddedDapr.Server.Http;

/// <summary>Headers of W3C Trace Context and Baggage.</summary>
internal static class TraceHeaders
{
    public const string TraceParent = "traceparent";
    public const string TraceState = "tracestate";
    public const string Baggage = "baggage";

    public static bool IsTrace(string name) =>
        name.Equals(TraceParent, StringComparison.OrdinalIgnoreCase)
        || name.Equals(TraceState, StringComparison.OrdinalIgnoreCase)
        || name.Equals(Baggage, StringComparison.OrdinalIgnoreCase);
}
