using EmbeddedDapr.Server.Http;
using EmbeddedDapr.Tracing;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>Trace context of calls over gRPC: every answer, errors too, says in <c>grpc-trace-bin</c> which span it was (recorded: grpc-trace, grpc-trace-always).</summary>
internal static class GrpcTrace
{
    private const string Binary = "grpc-trace-bin";

    /// <summary>Adds it to the gRPC head.</summary>
    public static void UseGrpcTrace(this IApplicationBuilder app, Tracer tracer)
    {
        if (tracer.IsOff)
        {
            return;
        }

        app.Use(next => async context =>
        {
            var headers = context.Request.Headers;
            if (!TraceParent.TryParseBinary(headers.TryGetValue(Binary, out var binary) ? binary.ToString() : null, out var parent))
            {
                _ = TraceParent.TryParse(headers.TryGetValue(TraceHeaders.TraceParent, out var text) ? text.ToString() : null, out parent);
            }

            var span = tracer.Begin(parent);
            context.Response.Headers[Binary] = span.ToBinary();
            if (span.Trace != default)
            {
                // What an app gets to see, whatever form the caller's had.
                headers[TraceHeaders.TraceParent] = span.ToString();
                if (binary.Count > 0)
                {
                    headers[Binary] = span.ToBinary();
                }
            }

            await next(context);
            PartTrailers(context.Response);
        });
    }

    /// <summary>An answer of nothing but trailers has them in its headers (gRPC over HTTP/2); the span's header is none of them.</summary>
    private static void PartTrailers(HttpResponse response)
    {
        if (response.HasStarted || !response.Headers.ContainsKey("grpc-status") || !response.SupportsTrailers())
        {
            return;
        }

        foreach (var name in (ReadOnlySpan<string>)["grpc-status", "grpc-message", "grpc-status-details-bin"])
        {
            if (response.Headers.Remove(name, out var value))
            {
                response.AppendTrailer(name, value);
            }
        }
    }
}
