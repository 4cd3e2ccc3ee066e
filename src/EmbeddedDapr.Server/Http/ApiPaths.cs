using Microsoft.AspNetCore.Http.Features;

namespace EmbeddedDapr.Server.Http;

/// <summary>Paths as the real runtime's router reads them (contract section 1.6).</summary>
internal static class ApiPaths
{
    /// <summary>One slash where there are several, none at the end.</summary>
    public static PathString Clean(PathString path)
    {
        var value = path.Value;
        if (string.IsNullOrEmpty(value) || (!value.Contains("//", StringComparison.Ordinal) && !(value.Length > 1 && value.EndsWith('/'))))
        {
            return path;
        }

        return new PathString("/" + string.Join('/', value.Split('/', StringSplitOptions.RemoveEmptyEntries)));
    }

    /// <summary>Takes <c>.</c> and <c>..</c> out of a raw target, encoded slashes left as they are.</summary>
    public static string ResolveDots(string target)
    {
        if (!target.Contains("/.", StringComparison.Ordinal))
        {
            return target;
        }

        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        var segments = new List<string>();
        foreach (var segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment == "..")
            {
                segments.RemoveRange(Math.Max(0, segments.Count - 1), Math.Min(1, segments.Count));
            }
            else if (segment != ".")
            {
                segments.Add(segment);
            }
        }

        return "/" + string.Join('/', segments) + (query < 0 ? string.Empty : target[query..]);
    }

    /// <summary>A raw target without its query.</summary>
    public static string PathOf(string target) => target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? target[..query] : target;

    /// <summary>Whether the fixed segments of a route stand in the path letter by letter, as it was sent: an encoded letter is not the same (recorded: runtime-unknown-paths).</summary>
    public static bool IsExactly(RouteEndpoint endpoint, HttpContext context)
    {
        var raw = PathOf(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        var actual = (raw.StartsWith('/') ? raw : context.Request.Path.Value!).Split('/', StringSplitOptions.RemoveEmptyEntries);
        var segments = endpoint.RoutePattern.PathSegments;
        for (var index = 0; index < segments.Count && index < actual.Length; index++)
        {
            if (segments[index].Parts is [Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal] && literal.Content != actual[index])
            {
                return false;
            }
        }

        return true;
    }
}
