using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace EmbeddedDapr.Server.Http;

/// <summary>A body that was read whole, or was larger than the limit.</summary>
internal readonly record struct RequestBody(ReadOnlyMemory<byte> Data, bool IsTooLarge)
{
    /// <summary>What handlers report of a body beyond the limit (contract section 1.6).</summary>
    public const string TooLarge = "stream too large";
}

/// <summary>Reads requests of the Dapr HTTP API.</summary>
internal static class ApiRequests
{
    private const string MetadataPrefix = "metadata.";

    /// <summary>
    /// A segment of the path, counted from 0 (<c>v1.0</c>), query-unescaped: <c>%2F</c> is a slash within it, <c>+</c> a blank (contract section 1.6).
    /// Empty when there is none.
    /// </summary>
    public static string PathSegment(this HttpContext context, int index)
    {
        var segments = Segments(context);
        return index < segments.Length ? WebUtility.UrlDecode(segments[index]) : string.Empty;
    }

    /// <summary>Everything from a segment on, joined by slashes.</summary>
    public static string PathTail(this HttpContext context, int index) => string.Join('/', Segments(context).Skip(index).Select(WebUtility.UrlDecode));

    /// <summary><c>metadata.NAME=value</c> of the query; null: none.</summary>
    public static IReadOnlyDictionary<string, string>? QueryMetadata(this HttpContext context)
    {
        if (!context.Request.QueryString.HasValue)
        {
            return null;
        }

        Dictionary<string, string>? metadata = null;
        foreach (var (name, values) in context.Request.Query)
        {
            if (name.StartsWith(MetadataPrefix, StringComparison.Ordinal) && values.Count > 0)
            {
                (metadata ??= new(StringComparer.Ordinal))[name[MetadataPrefix.Length..]] = values[0] ?? string.Empty;
            }
        }

        return metadata;
    }

    /// <summary>Reads the body whole. Nothing beyond <paramref name="bytesMax"/> is kept in memory; −1: no limit.</summary>
    public static async ValueTask<RequestBody> ReadBodyAsync(this HttpContext context, long bytesMax)
    {
        const int FirstBytes = 4096;
        var limit = bytesMax < 0 ? Array.MaxLength : bytesMax;
        if (context.Request.ContentLength > limit)
        {
            return new(default, true);
        }

        // One byte more than announced, so that the end is seen without growing.
        var body = new ArrayBufferWriter<byte>((int)Math.Min(context.Request.ContentLength + 1 ?? FirstBytes, Array.MaxLength));
        while (true)
        {
            int read;
            try
            {
                read = await context.Request.Body.ReadAsync(body.GetMemory(), context.RequestAborted);
            }
            catch (IOException)
            {
                // Broken framing, such as a chunk without size, or a caller who hung up: whoever is still there gets the refusal of a body that has no end.
                return new(default, true);
            }

            if (read == 0)
            {
                return new(body.WrittenMemory, false);
            }

            body.Advance(read);
            if (body.WrittenCount > limit)
            {
                return new(default, true);
            }
        }
    }

    /// <summary>The path as it was sent: the decoded one no longer tells an encoded slash from a real one.</summary>
    private static string[] Segments(HttpContext context)
    {
        var raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (string.IsNullOrEmpty(raw))
        {
            raw = context.Request.Path.ToUriComponent();
        }

        var query = raw.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? raw : raw[..query];
        var scheme = path.StartsWith('/') ? -1 : path.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            var slash = path.IndexOf('/', scheme + 3);
            path = slash < 0 ? string.Empty : path[slash..];
        }

        return path.Split('/', StringSplitOptions.RemoveEmptyEntries);
    }
}
