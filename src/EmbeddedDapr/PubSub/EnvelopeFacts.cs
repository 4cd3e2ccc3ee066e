using System.Globalization;
using System.Text.Json;

namespace EmbeddedDapr.PubSub;

/// <summary>What delivery needs to know of an envelope, read in one pass that also proves it to be JSON. Pure.</summary>
/// <param name="IsObject">Whether the message is a JSON object at all.</param>
/// <param name="Expiration">Passed: nobody wants it any more; null: never.</param>
/// <param name="HasTrace">Whether it has trace fields, be they empty.</param>
/// <param name="TraceParent">Null when empty or absent.</param>
/// <param name="TraceState">Null when empty or absent.</param>
internal readonly record struct EnvelopeFacts(bool IsObject, DateTimeOffset? Expiration, bool HasTrace, string? TraceParent, string? TraceState)
{
    private const int DepthMax = 1000;

    public static EnvelopeFacts Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DepthMax });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return default;
            }

            DateTimeOffset? expiration = null;
            var hasTrace = false;
            string? traceParent = null;
            string? traceId = null;
            string? traceState = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("expiration"u8))
                {
                    expiration = Text(ref reader) is { } text
                        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
                }
                else if (reader.ValueTextEquals("traceparent"u8))
                {
                    hasTrace = true;
                    traceParent = Text(ref reader);
                }
                else if (reader.ValueTextEquals("traceid"u8))
                {
                    hasTrace = true;
                    traceId = Text(ref reader);
                }
                else if (reader.ValueTextEquals("tracestate"u8))
                {
                    traceState = Text(ref reader);
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }

            // Nothing but blanks may follow: the bytes are embedded as they are.
            reader.Read();
            return new(true, expiration, hasTrace, traceParent ?? traceId, traceState);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second: half of a surrogate pair, which is JSON and no text.
            return default;
        }
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.ValueSpan.IsEmpty ? null : reader.GetString();
        }

        reader.Skip();
        return null;
    }
}
