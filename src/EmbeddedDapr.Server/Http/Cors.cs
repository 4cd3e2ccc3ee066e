namespace EmbeddedDapr.Server.Http;

/// <summary>Cross-origin requests (daprd's <c>--allowed-origins</c>): preflights are answered here whatever the path; without origins nothing is added (recorded: runtime-cors, runtime-cors-default).</summary>
internal static class Cors
{
    private static readonly HashSet<string> Methods = new(StringComparer.OrdinalIgnoreCase) { "HEAD", "GET", "POST", "PUT", "PATCH", "DELETE" };

    /// <summary>Adds it to the pipeline when there are origins.</summary>
    /// <param name="app">The pipeline.</param>
    /// <param name="origins">Origins; each may hold one <c>*</c> for any text.</param>
    public static void UseCors(this IApplicationBuilder app, IReadOnlyList<string> origins)
    {
        if (origins.Count > 0)
        {
            app.Use(next => context => Handle(context, origins, next));
        }
    }

    private static Task Handle(HttpContext context, IReadOnlyList<string> origins, RequestDelegate next)
    {
        var (request, headers) = (context.Request, context.Response.Headers);
        var origin = request.Headers.Origin.ToString();
        var wanted = request.Headers.AccessControlRequestMethod.ToString();
        var isPreflight = HttpMethods.IsOptions(request.Method) && wanted.Length > 0;
        headers.Append("Vary", isPreflight ? "Origin, Access-Control-Request-Method, Access-Control-Request-Headers" : "Origin");
        if (origin.Length > 0 && origins.Any(pattern => Matches(pattern, origin)) && (!isPreflight || Methods.Contains(wanted)))
        {
            headers.AccessControlAllowOrigin = origins.Contains("*") ? "*" : origin;
            if (isPreflight)
            {
                headers.AccessControlAllowMethods = wanted.ToUpperInvariant();
                if (request.Headers.AccessControlRequestHeaders is { Count: > 0 } asked)
                {
                    headers.AccessControlAllowHeaders = asked;
                }
            }
        }

        if (!isPreflight)
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private static bool Matches(string pattern, string origin)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        return star < 0
            ? pattern.Equals(origin, StringComparison.OrdinalIgnoreCase)
            : origin.Length >= pattern.Length - 1
                && origin.StartsWith(pattern[..star], StringComparison.OrdinalIgnoreCase) && origin.EndsWith(pattern[(star + 1)..], StringComparison.OrdinalIgnoreCase);
    }
}
