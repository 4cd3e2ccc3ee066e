using EmbeddedDapr.Invocation;
using EmbeddedDapr.Peers;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Http;
using EmbeddedDapr.Tracing;
using Grpc.Core;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>Call metadata as headers of an HTTP app's request, and headers of its answer as metadata (contract sections 6.2, 11.3; recorded: grpc-invoke-headers).</summary>
internal static class InvokeMetadata
{
    private const string DaprPrefix = "dapr-";

    // Belong to the call itself. (The request's own content type is a field of the message.)
    private static readonly HashSet<string> OfCall = new(StringComparer.OrdinalIgnoreCase) { "content-type", "te", "grpc-timeout", "grpc-encoding", "accept-encoding" };

    // Names that HTTP has given a meaning to, which metadata must not take.
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "accept", "accept-charset", "accept-language", "accept-ranges", "authorization", "cache-control", "content-type", "cookie", "date", "expect", "from", "host", "if-match",
        "if-modified-since", "if-none-match", "if-schedule-tag-match", "if-unmodified-since", "max-forwards", "origin", "pragma", "referer", "user-agent", "via", "warning",
    };

    /// <summary>Headers for the app; <paramref name="given"/> is what the call came with, where metadata that were sent several times are still apart.</summary>
    public static List<KeyValuePair<string, string>> ToHeaders(IHeaderDictionary given, SidecarOptions options)
    {
        var headers = new List<KeyValuePair<string, string>>(given.Count + 1);
        foreach (var (header, values) in given)
        {
            if (OfCall.Contains(header) || InvokeHeaders.Travelling(header, options) is not { } name)
            {
                continue;
            }

            foreach (var value in values)
            {
                headers.Add(new(name, value ?? string.Empty));
            }
        }

        headers.Add(new(DaprPrefix + "authority", given.Host.ToString()));
        return headers;
    }

    public static Metadata ToMetadata(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var metadata = new Metadata();
        var traced = false;
        foreach (var (header, value) in headers)
        {
            var name = header.ToLowerInvariant();
            if (name.StartsWith("grpc-", StringComparison.Ordinal) || name.EndsWith("-bin", StringComparison.Ordinal) || name is "dapr-http-status" or "date" || PeerHeaders.IsOwn(name) || !IsLegal(name, value))
            {
                continue;
            }

            traced |= name == TraceHeaders.TraceParent;
            metadata.Add(Reserved.Contains(name) ? DaprPrefix + name : name, value);
        }

        if (!traced)
        {
            metadata.Add(TraceHeaders.TraceParent, TraceParent.None);
        }

        return metadata;
    }

    /// <summary>Metadata hold less than headers may: names of lower-case letters, digits and <c>-_.</c>, values of visible ASCII.</summary>
    private static bool IsLegal(string name, string value) =>
        name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.') && value.All(static c => c is >= ' ' and <= '~');
}
