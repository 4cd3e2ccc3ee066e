using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;

namespace DeviceFleet.ServiceDefaults.Faults;

/// <summary>Turns what nobody caught into RFC 9457 problem details. What went wrong is logged, never shown.</summary>
internal sealed partial class FaultHandler(IProblemDetailsService problems, ILogger<FaultHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var status = exception is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError;
        if (status >= StatusCodes.Status500InternalServerError)
        {
            Log.Unhandled(logger, exception, httpContext.Request.Method, httpContext.Request.Path);
        }

        httpContext.Response.StatusCode = status;
        var written = await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            Exception = exception,
            ProblemDetails = new ProblemDetails { Status = status },
        });
        if (!written)
        {
            // A caller that accepts neither JSON nor anything still gets the status.
            await httpContext.Response.CompleteAsync();
        }

        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(110, LogLevel.Error, "{Method} {Path} failed.")]
        public static partial void Unhandled(ILogger logger, Exception exception, string method, PathString path);
    }
}
