using System.Net;
using System.Text;

namespace EmbeddedDapr.Server.Http;

/// <summary>Whom a request is meant for, by header, basic authorization or path (contract section 6.1).</summary>
/// <param name="AppId">App id, name of an HTTPEndpoint, or URL.</param>
/// <param name="Method">The method, percent escapes taken out once.</param>
internal readonly record struct InvokeAddress(string AppId, string Method)
{
    private const string AppIdHeader = "dapr-app-id";
    private const string Basic = "Basic ";
    private const string MethodMark = "/method/";

    /// <summary>Reads an address; <paramref name="rawTarget"/> is the target as it was sent.</summary>
    public static bool TryParse(IHeaderDictionary headers, string rawTarget, out InvokeAddress address)
    {
        var path = ApiPathText(rawTarget);
        if (headers[AppIdHeader].ToString() is { Length: > 0 } named || (named = ByAuthorization(headers.Authorization.ToString())) is not null)
        {
            address = new(named, Uri.UnescapeDataString(path));
            return true;
        }

        return TryPath(path, out address);
    }

    /// <summary>Whether the path alone says that this is an invocation, so that no other route may have it.</summary>
    public static bool IsInvocation(string rawTarget) => TryPath(ApiPathText(rawTarget), out _);

    /// <summary><c>/v1.0/invoke/ID/method/METHOD</c>. Slashes may be doubled, but not around the id (recorded: invoke-malformed).</summary>
    private static bool TryPath(string path, out InvokeAddress address)
    {
        address = default;
        if (!TryTake(ref path, "v1.0") || !TryTake(ref path, "invoke"))
        {
            return false;
        }

        var rest = path.TrimStart('/');
        var mark = rest.IndexOf(MethodMark, StringComparison.Ordinal);
        if (mark <= 0)
        {
            return false;
        }

        address = new(WebUtility.UrlDecode(rest[..mark]), Uri.UnescapeDataString(rest[(mark + MethodMark.Length)..]));
        return address.AppId.Length > 0;
    }

    private static bool TryTake(ref string path, string segment)
    {
        var rest = path.TrimStart('/');
        if (rest.Length == path.Length || !rest.StartsWith(segment, StringComparison.Ordinal) || rest.Length == segment.Length || rest[segment.Length] != '/')
        {
            return false;
        }

        path = rest[segment.Length..];
        return true;
    }

    /// <summary>User <c>dapr-app-id</c>, the password is the id.</summary>
    private static string? ByAuthorization(string authorization)
    {
        if (!authorization.StartsWith(Basic, StringComparison.Ordinal))
        {
            return null;
        }

        Span<byte> decoded = stackalloc byte[512];
        if (!Convert.TryFromBase64String(authorization[Basic.Length..], decoded, out var length))
        {
            return null;
        }

        var pair = Encoding.UTF8.GetString(decoded[..length]);
        return pair.StartsWith(AppIdHeader + ":", StringComparison.OrdinalIgnoreCase) && pair.Length > AppIdHeader.Length + 1 ? pair[(AppIdHeader.Length + 1)..] : null;
    }

    private static string ApiPathText(string rawTarget)
    {
        var query = rawTarget.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? rawTarget : rawTarget[..query];
        if (path.StartsWith('/'))
        {
            return path;
        }

        // The absolute form, as to a proxy.
        var scheme = path.IndexOf("://", StringComparison.Ordinal);
        var slash = scheme < 0 ? -1 : path.IndexOf('/', scheme + 3);
        return slash < 0 ? "/" : path[slash..];
    }
}
