using System.Globalization;
using System.Text;

namespace EmbeddedDapr.Invocation;

/// <summary>Names of invoked methods, which are paths of the app (contract section 6.2).</summary>
internal static class MethodPath
{
    /// <summary>
    /// The method without <c>.</c>, <c>..</c>, double slashes, and slashes at its ends. Null with a reason when it holds what no path can: <c>?</c>, <c>#</c>, control characters.
    /// </summary>
    public static string? Clean(string method, out string fault)
    {
        for (var index = 0; index < method.Length; index++)
        {
            var c = method[index];
            if (c is '?' or '#' or '\0')
            {
                fault = $"method contains forbidden character: {Quote(method)}";
                return null;
            }

            if (char.IsControl(c))
            {
                fault = string.Create(CultureInfo.InvariantCulture, $"method contains control character at position {Encoding.UTF8.GetByteCount(method.AsSpan(0, index))}: {Quote(method)}");
                return null;
            }
        }

        fault = string.Empty;
        var segments = new List<string>();
        foreach (var segment in method.Split('/', StringSplitOptions.RemoveEmptyEntries))
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

        return string.Join('/', segments);
    }

    /// <summary>Percent escapes taken out once, in UTF-8; what is no escape stays.</summary>
    public static string Decode(string escaped) => Uri.UnescapeDataString(escaped);

    /// <summary>
    /// The path of the app's URL for a cleaned method. Escapes that are left in it stay as they are, characters that no path may hold are escaped, and if there is one then
    /// everything is taken apart and escaped again (as Go's URLs do; recorded: invoke-paths). Null: a percent sign that begins no escape.
    /// </summary>
    public static string? Escape(string method)
    {
        var plain = true;
        for (var index = 0; index < method.Length; index++)
        {
            if (method[index] == '%')
            {
                if (index + 2 >= method.Length || !char.IsAsciiHexDigit(method[index + 1]) || !char.IsAsciiHexDigit(method[index + 2]))
                {
                    return null;
                }
            }
            else if (!char.IsAsciiLetterOrDigit(method[index]) && !"-_.~!$&'()*+,;=:@[]/".Contains(method[index], StringComparison.Ordinal))
            {
                plain = false;
            }
        }

        return plain ? "/" + method : EscapeAll(Unescape(method));
    }

    /// <summary>A query whose characters all may stand in a request line.</summary>
    public static string? SafeQuery(string? query)
    {
        if (query is null || !query.AsSpan().ContainsAnyExceptInRange('!', '~') && !query.Contains('#', StringComparison.Ordinal))
        {
            return query;
        }

        var safe = new StringBuilder(query.Length);
        foreach (var b in Encoding.UTF8.GetBytes(query))
        {
            Append(safe, b, b is > (byte)' ' and < 0x7F and not (byte)'#');
        }

        return safe.ToString();
    }

    private static byte[] Unescape(string method)
    {
        var bytes = new List<byte>(method.Length);
        for (var index = 0; index < method.Length; index++)
        {
            if (method[index] == '%')
            {
                bytes.Add(byte.Parse(method.AsSpan(index + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                index += 2;
            }
            else
            {
                var length = char.IsHighSurrogate(method[index]) && index + 1 < method.Length ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(method, index, length));
                index += length - 1;
            }
        }

        return [.. bytes];
    }

    private static string EscapeAll(byte[] method)
    {
        var path = new StringBuilder("/", method.Length + 16);
        foreach (var b in method)
        {
            Append(path, b, char.IsAsciiLetterOrDigit((char)b) || "-_.~$&+,/:;=@".Contains((char)b, StringComparison.Ordinal));
        }

        return path.ToString();
    }

    private static void Append(StringBuilder text, byte b, bool asItIs)
    {
        if (asItIs)
        {
            text.Append((char)b);
        }
        else
        {
            text.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
        }
    }

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when char.IsControl(c) => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}
