using System.Globalization;
using System.Text;

namespace EmbeddedDapr.Cel;

/// <summary>Cuts an expression into tokens (CEL specification, lexis). Bytes literals are not supported.</summary>
internal static class CelLexer
{
    private static readonly string[] Symbols = ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "?", ":", "+", "-", "*", "/", "%", "(", ")", "[", "]", "{", "}", ".", ","];

    public static List<CelToken> Read(string text)
    {
        var tokens = new List<CelToken>();
        var at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            if (at < text.Length && text[at] == '/' && text.AsSpan(at).StartsWith("//"))
            {
                var newline = text.IndexOf('\n', at);
                at = newline < 0 ? text.Length : newline;
                continue;
            }

            if (at == text.Length)
            {
                tokens.Add(new(CelTokenKind.End, string.Empty, at));
                return tokens;
            }

            tokens.Add(Next(text, ref at));
        }
    }

    private static CelToken Next(string text, ref int at)
    {
        var start = at;
        var first = text[at];
        if (first is '"' or '\'')
        {
            return new(CelTokenKind.Text, Quoted(text, ref at, raw: false), start);
        }

        if (first is 'r' or 'R' && at + 1 < text.Length && text[at + 1] is '"' or '\'')
        {
            at++;
            return new(CelTokenKind.Text, Quoted(text, ref at, raw: true), start);
        }

        if (char.IsAsciiLetter(first) || first == '_')
        {
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_'))
            {
                at++;
            }

            return new(CelTokenKind.Identifier, text[start..at], start);
        }

        if (char.IsAsciiDigit(first) || (first == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
        {
            return Number(text, ref at);
        }

        foreach (var symbol in Symbols)
        {
            if (text.AsSpan(at).StartsWith(symbol))
            {
                at += symbol.Length;
                return new(CelTokenKind.Symbol, symbol, start);
            }
        }

        throw new CelException($"unexpected '{first}' at {at}");
    }

    private static CelToken Number(string text, ref int at)
    {
        var start = at;
        if (text.AsSpan(at).StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            at += 2;
            Digits(text, ref at, hex: true);
            return Integer(text, ref at, start);
        }

        Digits(text, ref at, hex: false);
        var isDouble = false;
        if (at + 1 < text.Length && text[at] == '.' && char.IsAsciiDigit(text[at + 1]))
        {
            isDouble = true;
            at++;
            Digits(text, ref at, hex: false);
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            isDouble = true;
            at++;
            at += at < text.Length && text[at] is '+' or '-' ? 1 : 0;
            Digits(text, ref at, hex: false);
        }

        return isDouble ? new(CelTokenKind.Double, text[start..at], start) : Integer(text, ref at, start);
    }

    private static CelToken Integer(string text, ref int at, int start)
    {
        var digits = text[start..at];
        if (at < text.Length && text[at] is 'u' or 'U')
        {
            at++;
            return new(CelTokenKind.UInt, digits, start);
        }

        return new(CelTokenKind.Int, digits, start);
    }

    private static void Digits(string text, ref int at, bool hex)
    {
        while (at < text.Length && (hex ? char.IsAsciiHexDigit(text[at]) : char.IsAsciiDigit(text[at])))
        {
            at++;
        }
    }

    private static string Quoted(string text, ref int at, bool raw)
    {
        var start = at;
        var quote = text[at].ToString();
        quote = text.AsSpan(at).StartsWith(quote + quote + quote) ? quote + quote + quote : quote;
        at += quote.Length;
        var value = new StringBuilder();
        while (at < text.Length && !text.AsSpan(at).StartsWith(quote))
        {
            if (quote.Length == 1 && text[at] is '\n' or '\r')
            {
                break;
            }

            if (text[at] == '\\' && !raw)
            {
                at++;
                Escape(text, ref at, value);
            }
            else
            {
                value.Append(text[at++]);
            }
        }

        if (!text.AsSpan(at).StartsWith(quote))
        {
            throw new CelException($"text that starts at {start} does not end");
        }

        at += quote.Length;
        return value.ToString();
    }

    private static void Escape(string text, ref int at, StringBuilder value)
    {
        if (at >= text.Length)
        {
            throw new CelException("text ends in an escape");
        }

        var start = at;
        var kind = text[at++];
        switch (kind)
        {
            case '\\' or '"' or '\'' or '`' or '?':
                value.Append(kind);
                break;
            case 'a' or 'b' or 'f' or 'n' or 'r' or 't' or 'v':
                value.Append(kind switch { 'a' => '\a', 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', _ => '\v' });
                break;
            case 'x' or 'X':
                value.Append(CodePoint(text, ref at, 2, NumberStyles.AllowHexSpecifier));
                break;
            case 'u':
                value.Append(CodePoint(text, ref at, 4, NumberStyles.AllowHexSpecifier));
                break;
            case 'U':
                value.Append(CodePoint(text, ref at, 8, NumberStyles.AllowHexSpecifier));
                break;
            default:
                throw new CelException($"unknown escape at {start}");
        }
    }

    private static string CodePoint(string text, ref int at, int digits, NumberStyles style)
    {
        if (at + digits > text.Length
            || !int.TryParse(text.AsSpan(at, digits), style, CultureInfo.InvariantCulture, out var code)
            || !Rune.IsValid(code))
        {
            throw new CelException($"bad escape at {at}");
        }

        at += digits;
        return new Rune(code).ToString();
    }
}
