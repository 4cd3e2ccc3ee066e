using Dapr;

namespace DeviceFleet.Gateway.Actors;

/// <summary>How the SDK says that an actor or a service did not answer, and what callers are told then.</summary>
internal static class ActorFaults
{
    public const string Detail = "What this asks for cannot be reached now: try again in a moment.";

    /// <summary>Whether it is that, and not a fault of the gateway's own.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="cancellationToken">The caller's: who gave up is not told anything.</param>
    public static bool IsUnreachable(Exception exception, CancellationToken cancellationToken) =>
        exception is DaprException or HttpRequestException or System.Security.Authentication.AuthenticationException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}

/// <summary>Answers 503 to REST requests whose actor or service did not answer.</summary>
internal sealed partial class ActorFaultFilter(ILogger<ActorFaultFilter> logger) : IEndpointFilter
{
    private const string RetryAfterSeconds = "1";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        try
        {
            return await next(context);
        }
        catch (Exception exception) when (ActorFaults.IsUnreachable(exception, http.RequestAborted))
        {
            Log.Unreachable(logger, exception, http.Request.Path);
            http.Response.Headers.RetryAfter = RetryAfterSeconds;
            return TypedResults.Problem(statusCode: StatusCodes.Status503ServiceUnavailable, detail: ActorFaults.Detail);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(800, LogLevel.Warning, "{Path} was answered with 503.")]
        public static partial void Unreachable(ILogger logger, Exception exception, PathString path);
    }
}
