using EmbeddedDapr.Diagnostics;
using Grpc.Core;

namespace EmbeddedDapr.Server.Metrics;

/// <summary>Measures the calls that the heads answer.</summary>
internal static class ServerMetrics
{
    /// <summary>Measures the HTTP API; nothing is added without metrics.</summary>
    public static void UseHttpMetrics(this IApplicationBuilder app, SidecarMetrics? metrics)
    {
        if (metrics is not null)
        {
            app.Use(next => context => MeasureHttpAsync(metrics, context, next));
        }
    }

    /// <summary>Measures the gRPC API.</summary>
    public static void UseGrpcMetrics(this IApplicationBuilder app, SidecarMetrics? metrics)
    {
        if (metrics is not null)
        {
            app.Use(next => context => MeasureGrpcAsync(metrics, context, next));
        }
    }

    private static async Task MeasureHttpAsync(SidecarMetrics metrics, HttpContext context, RequestDelegate next)
    {
        var (start, request) = (metrics.Start(), context.Request);
        var (method, path, requestBytes) = (request.Method, request.Path.Value ?? string.Empty, request.ContentLength);
        context.Features.Set(metrics);
        try
        {
            await next(context);
        }
        finally
        {
            metrics.HttpServed(method, path, context.Response.StatusCode, requestBytes, context.Response.ContentLength ?? 0, start);
        }
    }

    private static async Task MeasureGrpcAsync(SidecarMetrics metrics, HttpContext context, RequestDelegate next)
    {
        var start = metrics.Start();
        try
        {
            await next(context);
        }
        finally
        {
            metrics.GrpcServed(context.Request.Path.Value ?? string.Empty, StatusOf(context), start);
        }
    }

    // In Go's spelling, which is daprd's.
    private static string StatusOf(HttpContext context)
    {
        if (GrpcStatus.Of(context) is not { } code)
        {
            return context.RequestAborted.IsCancellationRequested ? "Canceled" : "Unknown";
        }

        return (StatusCode)code switch
        {
            StatusCode.OK => "OK",
            StatusCode.Cancelled => "Canceled",
            var other => other.ToString(),
        };
    }
}
