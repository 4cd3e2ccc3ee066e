namespace EmbeddedDapr.Tracing;

/// <summary>The <c>baggage</c> header (W3C Baggage).</summary>
internal static class BaggageHeader
{
    private const int BytesMax = 8192;
    private const int MembersMax = 180;

    /// <summary>Why it cannot be read; null: it can.</summary>
    public static string? Fault(string header)
    {
        if (header.Length > BytesMax)
        {
            return "baggage string too large";
        }

        var members = header.Split(',');
        if (members.Length > MembersMax)
        {
            return "too many list-members in baggage-string";
        }

        foreach (var member in members)
        {
            var pair = member.Split(';')[0];
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                return $"invalid baggage list-member: \"{pair.Trim()}\"";
            }

            var key = pair[..equals].Trim();
            if (key.Length == 0 || !key.All(IsTokenChar))
            {
                return $"invalid key: \"{key}\"";
            }

            var value = pair[(equals + 1)..].Trim();
            if (!value.All(static c => c is >= '!' and <= '~' and not ('"' or ',' or ';' or '\\')))
            {
                return $"invalid value: \"{value}\"";
            }
        }

        return null;
    }

    private static bool IsTokenChar(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);
}
