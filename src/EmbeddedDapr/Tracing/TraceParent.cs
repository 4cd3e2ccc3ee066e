using System.Diagnostics;
using System.Globalization;

namespace EmbeddedDapr.Tracing;

/// <summary>A span's context: W3C Trace Context in text, OpenCensus in binary (<c>grpc-trace-bin</c>).</summary>
/// <param name="Trace">Trace id.</param>
/// <param name="Span">Span id.</param>
/// <param name="Flags">1: sampled.</param>
public readonly record struct TraceParent(ActivityTraceId Trace, ActivitySpanId Span, byte Flags)
{
    private const int BinaryBytes = 29;
    private const int TextChars = 55;

    /// <summary>Text of no span at all: what daprd says where nothing is traced.</summary>
    public const string None = "00-00000000000000000000000000000000-0000000000000000-00";

    /// <summary>Reads a <c>traceparent</c>; false: it is none, or all zero.</summary>
    public static bool TryParse(string? text, out TraceParent parent)
    {
        parent = default;
        if (text is not { Length: >= TextChars } || text[2] != '-' || text[35] != '-' || text[52] != '-' || text.StartsWith("ff", StringComparison.Ordinal)
            || (text.Length > TextChars && (text.StartsWith("00", StringComparison.Ordinal) || text[TextChars] != '-'))
            || !IsHex(text[..2]) || !IsId(text[3..35]) || !IsId(text[36..52])
            || !byte.TryParse(text.AsSpan(53, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var flags))
        {
            return false;
        }

        parent = new(ActivityTraceId.CreateFromString(text.AsSpan(3, 32)), ActivitySpanId.CreateFromString(text.AsSpan(36, 16)), flags);
        return true;
    }

    /// <summary>Reads the bytes of a <c>grpc-trace-bin</c>, in Base64 with or without padding; false: they are none, or all zero.</summary>
    public static bool TryParseBinary(string? base64, out TraceParent parent)
    {
        parent = default;
        Span<byte> bytes = stackalloc byte[BinaryBytes + 3];
        if (string.IsNullOrEmpty(base64) || !Convert.TryFromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '='), bytes, out var length)
            || length < BinaryBytes || bytes[0] != 0 || bytes[1] != 0 || bytes[18] != 1 || bytes[27] != 2
            || !bytes[2..18].ContainsAnyExcept((byte)0) || !bytes[19..27].ContainsAnyExcept((byte)0))
        {
            return false;
        }

        parent = new(ActivityTraceId.CreateFromBytes(bytes[2..18]), ActivitySpanId.CreateFromBytes(bytes[19..27]), bytes[28]);
        return true;
    }

    /// <summary>As <c>traceparent</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"00-{Trace.ToHexString().PadLeft(32, '0')}-{Span.ToHexString().PadLeft(16, '0')}-{Flags:x2}");

    /// <summary>As <c>grpc-trace-bin</c>, in Base64 without padding, as gRPC sends it.</summary>
    public string ToBinary()
    {
        Span<byte> bytes = stackalloc byte[BinaryBytes];
        if (Trace != default)
        {
            Trace.CopyTo(bytes[2..18]);
            Span.CopyTo(bytes[19..27]);
        }

        (bytes[18], bytes[27], bytes[28]) = (1, 2, Flags);
        return Convert.ToBase64String(bytes).TrimEnd('=');
    }

    private static bool IsId(string text) => IsHex(text) && text.AsSpan().ContainsAnyExcept('0');

    private static bool IsHex(string text) => text.All(static c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');
}
