using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace EmbeddedDapr;

/// <summary>
/// JSON as Go's <c>encoding/json</c> leaves it after decoding into <c>any</c> and encoding again, which the HTTP state and binding APIs do with values (contract
/// sections 2.5, 3.2, 5.4): keys sorted, of duplicate keys the last, numbers as float64, <c>&lt; &gt; &amp;</c> escaped.
/// </summary>
internal static class GoJson
{
    private const int DepthMax = 1000;

    private static readonly JsonDocumentOptions Documents = new() { MaxDepth = DepthMax };

    /// <summary>Decodes and encodes again; null with a text in Go's words when the input is no JSON.</summary>
    public static byte[]? Reencode(ReadOnlyMemory<byte> json, out string error)
    {
        if (Parse(json, out error) is not { } document)
        {
            return null;
        }

        using (document)
        {
            return Reencode(document.RootElement, out error);
        }
    }

    /// <summary>Encodes a decoded value again; null when a number does not fit a float64.</summary>
    public static byte[]? Reencode(JsonElement value, out string error)
    {
        var output = new ArrayBufferWriter<byte>(256);
        error = string.Empty;
        return Write(output, value, ref error) ? output.WrittenSpan.ToArray() : null;
    }

    /// <summary>Parses; null with a text in Go's words when the input is no JSON.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> json, out string error)
    {
        try
        {
            error = string.Empty;
            return JsonDocument.Parse(json, Documents);
        }
        catch (JsonException exception)
        {
            error = ErrorText(json.Span, exception);
            return null;
        }
    }

    /// <summary>Parses the first value and ignores what follows, as Go's decoder does with request bodies (recorded: binding-out-request-forms).</summary>
    public static JsonDocument? ParseBody(ReadOnlyMemory<byte> json, out string error)
    {
        try
        {
            error = string.Empty;
            var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = DepthMax });
            return JsonDocument.ParseValue(ref reader);
        }
        catch (JsonException exception)
        {
            error = ErrorText(json.Span, exception);
            return null;
        }
    }

    /// <summary>What Go calls the JSON kind of a value, as in <c>cannot unmarshal array into …</c>.</summary>
    public static string KindName(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "bool",
        _ => "null",
    };

    private static string ErrorText(ReadOnlySpan<byte> json, JsonException exception)
    {
        if (json.Trim(" \t\r\n"u8).IsEmpty)
        {
            return "EOF";
        }

        var offset = Offset(json, exception);
        if (offset >= json.Length || IsCutOff(json))
        {
            return "unexpected EOF";
        }

        Rune.DecodeFromUtf8(json[offset..], out var rune, out _);
        // Go takes the byte itself where it is no UTF-8.
        var shown = rune == Rune.ReplacementChar ? ((char)json[offset]).ToString() : rune.ToString();
        var before = json[..offset].TrimEnd(" \t\r\n"u8);
        var where = before.IsEmpty ? "looking for beginning of value" : (char)before[^1] switch
        {
            '{' => "looking for beginning of object key string",
            ',' or ':' or '[' => "looking for beginning of value",
            _ => "after top-level value",
        };
        return $"invalid character '{shown}' {where}";
    }

    /// <summary>Whether everything that is there could go on to be JSON.</summary>
    private static bool IsCutOff(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, isFinalBlock: false, new JsonReaderState(new() { MaxDepth = DepthMax }));
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static int Offset(ReadOnlySpan<byte> json, JsonException exception)
    {
        var offset = 0;
        for (var line = exception.LineNumber ?? 0; line > 0; line--)
        {
            offset += json[offset..].IndexOf((byte)'\n') + 1;
        }

        return offset + (int)(exception.BytePositionInLine ?? 0);
    }

    private static bool Write(ArrayBufferWriter<byte> output, JsonElement value, ref string error)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return WriteObject(output, value, ref error);
            case JsonValueKind.Array:
                var first = true;
                output.Write("["u8);
                foreach (var item in value.EnumerateArray())
                {
                    output.Write(first ? ""u8 : ","u8);
                    first = false;
                    if (!Write(output, item, ref error))
                    {
                        return false;
                    }
                }

                output.Write("]"u8);
                return true;
            case JsonValueKind.String:
                WriteString(output, TextOf(value));
                return true;
            case JsonValueKind.Number:
                var number = value.GetDouble();
                if (double.IsInfinity(number))
                {
                    error = $"json: cannot unmarshal number {value.GetRawText()} into Go value of type float64";
                    return false;
                }

                output.Write(Encoding.ASCII.GetBytes(Number(number)));
                return true;
            default:
                output.Write(value.ValueKind switch { JsonValueKind.True => "true"u8, JsonValueKind.False => "false"u8, _ => "null"u8 });
                return true;
        }
    }

    private static bool WriteObject(ArrayBufferWriter<byte> output, JsonElement value, ref string error)
    {
        // Ordinal order of UTF-16 differs from Go's byte order only beyond the BMP.
        var members = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            members[member.Name] = member.Value;
        }

        var first = true;
        output.Write("{"u8);
        foreach (var (name, member) in members)
        {
            output.Write(first ? ""u8 : ","u8);
            first = false;
            WriteString(output, name);
            output.Write(":"u8);
            if (!Write(output, member, ref error))
            {
                return false;
            }
        }

        output.Write("}"u8);
        return true;
    }

    private static string TextOf(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate escape; Go decodes it to U+FFFD.
            return "\uFFFD";
        }
    }

    private static void WriteString(ArrayBufferWriter<byte> output, string text)
    {
        var escaped = new StringBuilder(text.Length + 2).Append('"');
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' => escaped.Append("\\\""),
                '\\' => escaped.Append(@"\\"),
                '\b' => escaped.Append("\\b"),
                '\f' => escaped.Append("\\f"),
                '\n' => escaped.Append("\\n"),
                '\r' => escaped.Append("\\r"),
                '\t' => escaped.Append("\\t"),
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => escaped.Append(character),
            };
        }

        output.Write(Encoding.UTF8.GetBytes(escaped.Append('"').ToString()));
    }

    private static string Number(double number)
    {
        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        var exponentAt = shortest.IndexOf('E', StringComparison.Ordinal);
        if (exponentAt < 0)
        {
            return shortest;
        }

        var mantissa = shortest[..exponentAt];
        var exponent = int.Parse(shortest.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (Math.Abs(number) is < 1e-6 or >= 1e21)
        {
            return exponent < 0 ? $"{mantissa}e-{-exponent}" : $"{mantissa}e+{exponent:00}";
        }

        var sign = mantissa[0] == '-' ? "-" : string.Empty;
        var digits = mantissa.TrimStart('-').Replace(".", string.Empty, StringComparison.Ordinal);
        return exponent < 0
            ? $"{sign}0.{new string('0', -exponent - 1)}{digits}"
            : sign + digits.PadRight(exponent + 1, '0');
    }
}
