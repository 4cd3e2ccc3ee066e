namespace EmbeddedDapr.Server.Http;

/// <summary>
/// Guesses the content type of an answer that has none from its first bytes, as Go's server does for every answer (WHATWG MIME Sniffing, sections 6 and 7;
/// recorded: invoke-bodies).
/// </summary>
internal static class ContentSniffer
{
    private const string Text = "text/plain; charset=utf-8";
    private const string Html = "text/html; charset=utf-8";
    private const int BytesMax = 512;

    // Only what an app sends without saying so; sounds, films and fonts have types of their own.
    private static readonly (byte[] Start, string Type)[] Starts =
    [
        ("%PDF-"u8.ToArray(), "application/pdf"),
        ("%!PS-Adobe-"u8.ToArray(), "application/postscript"),
        ([0xFE, 0xFF], "text/plain; charset=utf-16be"),
        ([0xFF, 0xFE], "text/plain; charset=utf-16le"),
        ([0xEF, 0xBB, 0xBF], Text),
        ([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A], "image/png"),
        ([0xFF, 0xD8, 0xFF], "image/jpeg"),
        ("GIF87a"u8.ToArray(), "image/gif"),
        ("GIF89a"u8.ToArray(), "image/gif"),
        ("BM"u8.ToArray(), "image/bmp"),
        ([0, 0, 1, 0], "image/x-icon"),
        ([0x1F, 0x8B, 0x08], "application/x-gzip"),
        ("PK\u0003\u0004"u8.ToArray(), "application/zip"),
        ("Rar!\u001A\u0007\0"u8.ToArray(), "application/x-rar-compressed"),
        ("OggS\0"u8.ToArray(), "application/ogg"),
        ([0, (byte)'a', (byte)'s', (byte)'m'], "application/wasm"),
    ];

    private static readonly string[] HtmlTags =
    [
        "<!DOCTYPE HTML", "<HTML", "<HEAD", "<SCRIPT", "<IFRAME", "<H1", "<DIV", "<FONT", "<TABLE", "<A", "<STYLE", "<TITLE", "<B", "<BODY", "<BR", "<P", "<!--",
    ];

    /// <summary>The guess; never null.</summary>
    public static string Guess(ReadOnlySpan<byte> body)
    {
        body = body[..Math.Min(body.Length, BytesMax)];
        var trimmed = body.TrimStart("\t\n\f\r "u8);
        if (trimmed.StartsWith("<?xml"u8))
        {
            return "text/xml; charset=utf-8";
        }

        foreach (var tag in HtmlTags)
        {
            // A tag's name ends with a blank or the end of the tag; a comment needs no end.
            if (trimmed.Length > tag.Length && System.Text.Ascii.EqualsIgnoreCase(trimmed[..tag.Length], tag) && (tag == "<!--" || trimmed[tag.Length] is (byte)' ' or (byte)'>'))
            {
                return Html;
            }
        }

        foreach (var (start, type) in Starts)
        {
            if (body.StartsWith(start))
            {
                return type;
            }
        }

        foreach (var b in body)
        {
            if (b is <= 0x08 or 0x0B or (>= 0x0E and <= 0x1A) or (>= 0x1C and <= 0x1F))
            {
                return "application/octet-stream";
            }
        }

        return Text;
    }
}
