using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Metrics;

namespace EmbeddedDapr.Server.Logging;

/// <summary>One entry for each call of the API, when the flag <c>--enable-api-logging</c> or the Configuration asks for it (contract section 10.3).</summary>
internal static class ApiLog
{
    public const string HttpCategory = "EmbeddedDapr.Server.ApiLog.Http";
    public const string GrpcCategory = "EmbeddedDapr.Server.ApiLog.Grpc";
    private const int EventId = 1220;

    /// <summary>Adds it to the HTTP head.</summary>
    public static void UseHttpApiLog(this IApplicationBuilder app, Sidecar sidecar)
    {
        var configuration = sidecar.Options.Configuration.ApiLogging;
        if (configuration.IsEnabled is not true)
        {
            return;
        }

        var logger = sidecar.Loggers.CreateLogger(HttpCategory);
        app.Use(next => async context =>
        {
            var (start, path) = (sidecar.Time.GetTimestamp(), context.Request.Path.Value ?? string.Empty);
            await next(context);
            if (configuration.OmitsHealthChecks && path.StartsWith("/v1.0/healthz", StringComparison.Ordinal))
            {
                return;
            }

            // Without URLs the name of the API is told, which holds nobody's keys.
            var name = configuration.ObfuscatesUrls ? path.Split('/', 4, StringSplitOptions.RemoveEmptyEntries) is [_, var api, ..] ? api : string.Empty : $"{context.Request.Method} {path}";
            Write(logger, "HTTP API Called", name, context, sidecar.Time.GetElapsedTime(start), context.Response.StatusCode);
        });
    }

    /// <summary>Adds it to the gRPC head.</summary>
    public static void UseGrpcApiLog(this IApplicationBuilder app, Sidecar sidecar)
    {
        if (sidecar.Options.Configuration.ApiLogging.IsEnabled is not true)
        {
            return;
        }

        var logger = sidecar.Loggers.CreateLogger(GrpcCategory);
        app.Use(next => async context =>
        {
            var start = sidecar.Time.GetTimestamp();
            await next(context);
            Write(logger, "gRPC API Called", context.Request.Path.Value ?? string.Empty, context, sidecar.Time.GetElapsedTime(start), GrpcStatus.Of(context) ?? 0);
        });
    }

    private static void Write(ILogger logger, string message, string method, HttpContext context, TimeSpan took, int code)
    {
        var agent = context.Request.Headers.UserAgent.ToString();
        var call = new Call(message, method, agent, (long)took.TotalMilliseconds, code, context.Response.ContentLength ?? 0);
        logger.Log(LogLevel.Information, EventId, call, null, static (state, _) => state.Message);
    }

    private sealed record Call(string Message, string Method, string Agent, long Milliseconds, long Code, long Size) : ILogFields
    {
        public IReadOnlyList<KeyValuePair<string, object?>> Fields =>
        [
            new("method", Method), new("duration", Milliseconds), new("code", Code), new("size", Size), .. Agent.Length > 0 ? [new KeyValuePair<string, object?>("useragent", Agent)] : (KeyValuePair<string, object?>[])[],
        ];
    }
}
