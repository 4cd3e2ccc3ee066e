using System.Buffers;
using System.Text;

namespace EmbeddedDapr.Actors;

/// <summary>Which names actors may have, and how they stand in a URL towards the app (contract section 2.1).</summary>
internal static class ActorNames
{
    private const string ReservedPrefix = "dapr.internal.";
    private static readonly SearchValues<char> PlainInUrl = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~$&+:=@");
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("#?/\\" + Controls());
    private static readonly SearchValues<char> ForbiddenInMethod = SearchValues.Create("#?" + Controls());

    public static bool IsReserved(string actorType) => actorType.StartsWith(ReservedPrefix, StringComparison.Ordinal);

    /// <summary>Null when the name is fine, else what is wrong with it.</summary>
    public static string? Fault(string name) => name switch
    {
        "." or ".." => $"name is not allowed: \"{name}\"",
        _ when name.AsSpan().ContainsAny(Forbidden) => $"name contains forbidden character: \"{name}\"",
        _ => null,
    };

    /// <summary>The method as the app sees it: dots and slashes resolved; null when it holds a forbidden character.</summary>
    public static string? CleanMethod(string method)
    {
        if (method.AsSpan().ContainsAny(ForbiddenInMethod))
        {
            return null;
        }

        if (!method.Contains('/') && method is not ("." or ".."))
        {
            return method;
        }

        var parts = new List<string>();
        foreach (var part in method.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count > 0)
                {
                    parts.RemoveAt(parts.Count - 1);
                }
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    /// <summary>A name as one segment of a URL's path; <paramref name="keepSlashes"/> for methods, whose slashes are the app's own.</summary>
    public static string Escape(string name, bool keepSlashes = false)
    {
        if (!name.AsSpan().ContainsAnyExcept(PlainInUrl))
        {
            return name;
        }

        var escaped = new StringBuilder(name.Length + 16);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in name.EnumerateRunes())
        {
            if (rune.IsAscii && (PlainInUrl.Contains((char)rune.Value) || (keepSlashes && rune.Value == '/')))
            {
                escaped.Append((char)rune.Value);
                continue;
            }

            foreach (var octet in utf8[..rune.EncodeToUtf8(utf8)])
            {
                escaped.Append('%').Append(octet.ToString("X2", null));
            }
        }

        return escaped.ToString();
    }

    private static string Controls() => new([.. Enumerable.Range(0, 32).Append(127).Select(code => (char)code)]);
}
