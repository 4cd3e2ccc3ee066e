using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace DeviceFleet.Gateway.Api;

/// <summary>Versions as entity tags (RFC 9110, section 8.8.3): the number in quotes.</summary>
internal static class Versions
{
    public static void Tell(HttpResponse response, long version) => response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>
    /// Reads <c>If-Match</c>. No header, or <c>*</c>: whatever the version is. One strong tag that holds a number: that one. Anything else could never match or cannot be kept
    /// in one write, and is a problem.
    /// </summary>
    public static bool TryReadIfMatch(HttpRequest request, out long? version, out ProblemHttpResult? problem)
    {
        (version, problem) = (null, null);
        var header = request.Headers.IfMatch;
        if (header.Count == 0 || (header.Count == 1 && header[0] == "*"))
        {
            return true;
        }

        if (header.Count == 1 && EntityTagHeaderValue.TryParse(header[0], out var tag) && !tag.IsWeak
            && long.TryParse(tag.Tag.AsSpan()[1..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            version = number;
            return true;
        }

        problem = Problems.Of(StatusCodes.Status400BadRequest, "If-Match holds one version in quotes, as ETag gave it, for example \"7\".");
        return false;
    }
}
