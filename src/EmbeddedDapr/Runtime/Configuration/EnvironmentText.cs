using System.Text;

namespace EmbeddedDapr.Runtime.Configuration;

/// <summary><c>$NAME</c> and <c>${NAME}</c> replaced by environment variables, as Go's <c>os.ExpandEnv</c> does; one that is not set is empty.</summary>
internal static class EnvironmentText
{
    public static string Expand(string text, Func<string, string?> environment)
    {
        if (!text.Contains('$'))
        {
            return text;
        }

        var expanded = new StringBuilder(text.Length);
        var rest = text.AsSpan();
        for (var dollar = rest.IndexOf('$'); dollar >= 0; dollar = rest.IndexOf('$'))
        {
            expanded.Append(rest[..dollar]);
            rest = rest[(dollar + 1)..];
            var (name, length) = Name(rest);
            if (length == 0)
            {
                expanded.Append('$'); // a dollar before anything else stands for itself
            }
            else if (name.Length > 0)
            {
                expanded.Append(environment(name));
            }

            rest = rest[length..];
        }

        return expanded.Append(rest).ToString();
    }

    private static (string Name, int Length) Name(ReadOnlySpan<char> text)
    {
        if (text is ['{', ..])
        {
            var end = text.IndexOf('}');

            // Without an end only the brace is eaten.
            return end < 0 ? (string.Empty, 1) : (text[1..end].ToString(), end + 1);
        }

        var length = 0;
        while (length < text.Length && (char.IsAsciiLetterOrDigit(text[length]) || text[length] == '_'))
        {
            length++;
        }

        return (text[..length].ToString(), length);
    }
}
