using System.Net.Mime;

namespace DeviceFleet.Gateway.Auth;

/// <summary>How someone who may not hears of it: a person by a page that says how to sign in, a program by problem details.</summary>
internal static class Refusal
{
    private const string Page = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Sign in to DeviceFleet</title></head>
        <body>
        <h1>You are not signed in</h1>
        <p>Open the sign-in link that DeviceFleet printed where it was started. A link works for a few minutes; when it is too old, have a new one printed.</p>
        </body>
        </html>
        """;

    public static Task ChallengeAsync(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return IsPageRequest(context.Request) ? SendPageAsync(context) : ProblemAsync(context, StatusCodes.Status401Unauthorized, "Sign in first.");
    }

    public static Task ForbidAsync(HttpContext context) => ProblemAsync(context, StatusCodes.Status403Forbidden, "Your role does not allow this.");

    public static Task SendPageAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.ContentType = MediaTypeNames.Text.Html + "; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(Page);
    }

    private static Task ProblemAsync(HttpContext context, int status, string detail) => Results.Problem(statusCode: status, detail: detail).ExecuteAsync(context);

    private static bool IsPageRequest(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && !request.Path.StartsWithSegments("/api")
        && !request.Path.StartsWithSegments("/hubs")
        && request.Headers.Accept.ToString().Contains(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase);
}
