using System.Text;

namespace EmbeddedDapr.PubSub;

/// <summary>A route of a subscription as a path of the app: leading slash, query apart, what a URL may not hold percent-encoded. Pure.</summary>
internal readonly record struct AppRoute(string Path, string? Query)
{
    public static AppRoute From(string route)
    {
        var question = route.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? route : route[..question];
        return new("/" + Escape(path.TrimStart('/')), question < 0 ? null : Escape(route[(question + 1)..]));
    }

    private static string Escape(string text)
    {
        if (text.All(character => character is > ' ' and < '\x7f'))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            _ = value is > 0x20 and < 0x7f ? escaped.Append((char)value) : escaped.Append('%').Append(value.ToString("X2", null));
        }

        return escaped.ToString();
    }
}
