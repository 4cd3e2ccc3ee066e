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

        var found = TryPath(path, out var appId, out var method);
        address = found ? new(WebUtility.UrlDecode(appId.ToString()), Uri.UnescapeDataString(method)) : default;
        return found && address.AppId.Length > 0;
    }

    /// <summary>Whether the path alone says that this is an invocation, so that no other route may have it.</summary>
    public static bool IsInvocation(string rawTarget) => TryPath(ApiPathText(rawTarget), out _, out _);

    /// <summary><c>/v1.0/invoke/ID/method/METHOD</c>. Slashes may be doubled, but not around the id (recorded: invoke-malformed).</summary>
    private static bool TryPath(ReadOnlySpan<char> path, out ReadOnlySpan<char> appId, out ReadOnlySpan<char> method)
    {
        appId = default;
        method = default;
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

        appId = rest[..mark];
        method = rest[(mark + MethodMark.Length)..];
        return true;
    }

    private static bool TryTake(ref ReadOnlySpan<char> path, ReadOnlySpan<char> segment)
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

    private static ReadOnlySpan<char> ApiPathText(ReadOnlySpan<char> rawTarget)
    {
        var query = rawTarget.IndexOf('?');
        var path = query < 0 ? rawTarget : rawTarget[..query];
        if (path is ['/', ..])
        {
            return path;
        }

        // The absolute form, as to a proxy.
        var scheme = path.IndexOf("://", StringComparison.Ordinal);
        var slash = scheme < 0 ? -1 : path[(scheme + 3)..].IndexOf('/');
        return slash < 0 ? "/" : path[(scheme + 3 + slash)..];
    }
}
