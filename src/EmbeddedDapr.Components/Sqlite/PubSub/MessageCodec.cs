using System.Buffers;
using System.Text.Json;
using EmbeddedDapr.PubSub;

namespace EmbeddedDapr.Components.Sqlite.PubSub;

/// <summary>A message in its columns: data as a blob, metadata as a JSON object, and NULL for what is usual, because rows are written by the ten thousand.</summary>
internal static class MessageCodec
{
    private const string UsualContentType = "application/cloudevents+json";

    /// <summary>Null for the usual one.</summary>
    public static string? ContentTypeColumn(PubSubMessage message) => message.ContentType == UsualContentType ? null : message.ContentType;

    /// <summary>Null for none.</summary>
    public static byte[]? MetadataColumn(PubSubMessage message)
    {
        if (message.Metadata is not { Count: > 0 } metadata)
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        foreach (var (name, value) in metadata)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads the columns content type, metadata, data, starting at <paramref name="column"/>.</summary>
    public static PubSubMessage Read(SqliteStatement row, int column) => new(
        row.Bytes(column + 2).ToArray(),
        row.NullableText(column) ?? UsualContentType,
        row.IsNull(column + 1) ? null : ReadMetadata(row.Bytes(column + 1)));

    private static Dictionary<string, string> ReadMetadata(ReadOnlySpan<byte> json)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                metadata[name] = reader.GetString()!;
            }
        }

        return metadata;
    }
}
