using EmbeddedDapr.Runtime.Configuration;
using EmbeddedDapr.Server.Http;

namespace EmbeddedDapr.Server.Access;

/// <summary>
/// Takes the HTTP routes away that the Configuration does not allow. What is left of them falls through to service invocation as any unknown path does; without invocation the
/// router's own answers show: 404, or 405 where the path has other verbs (recorded: runtime-api-denied, runtime-api-allowed-invoke).
/// </summary>
internal sealed class HttpApiAccess
{
    private const string Invoke = "invoke";
    private readonly ApiAccess _access;

    private HttpApiAccess(ApiAccess access)
    {
        _access = access;
        AllowsInvocation = access.Allows(Invoke, "v1");
    }

    /// <summary>Whether what no route answers is a call of another app.</summary>
    public bool AllowsInvocation { get; }

    /// <summary>Null: everything is allowed.</summary>
    public static HttpApiAccess? For(RuntimeConfiguration configuration) => ApiAccess.For("http", configuration) is { } access ? new HttpApiAccess(access) : null;

    /// <summary>Whether a cleaned path is one of an API that is not there. Health checks always are.</summary>
    public bool Denies(string path)
    {
        var segments = path.Split('/', 4, StringSplitOptions.RemoveEmptyEntries);
        return segments.Length >= 2 && segments[1] is not ("healthz" or Invoke) && segments[0].StartsWith("v1.0", StringComparison.Ordinal)
            && !_access.Allows(segments[1], ApiAccess.Version(segments[0]));
    }

    /// <summary>The answer to a path without route where invocation is not there either.</summary>
    public static Task RefuseAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.WriteBodyAsync(StatusCodes.Status404NotFound, "404 page not found\n"u8.ToArray());
    }
}
