using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EmbeddedDapr.Configuration.Stores;

/// <summary>Settings as the HTTP API writes them: empty members are left out (recorded: config-get-keys).</summary>
internal static class ConfigurationJson
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Body of the call into the app.</summary>
    public static ReadOnlyMemory<byte> Update(string id, string key, ConfigurationItem item)
    {
        var body = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(body, Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, id);
            writer.WritePropertyName("items"u8);
            WriteItems(writer, [KeyValuePair.Create(key, item)]);
            writer.WriteEndObject();
        }

        return body.WrittenMemory;
    }

    public static void WriteItems(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, ConfigurationItem>> items)
    {
        writer.WriteStartObject();
        foreach (var (key, item) in items.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            writer.WriteStartObject(key);
            if (item.Value.Length > 0)
            {
                writer.WriteString("value"u8, item.Value);
            }

            if (item.Version.Length > 0)
            {
                writer.WriteString("version"u8, item.Version);
            }

            if (item.Metadata is { Count: > 0 } metadata)
            {
                writer.WriteStartObject("metadata"u8);
                foreach (var (name, value) in metadata)
                {
                    writer.WriteString(name, value);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>A slash stays a slash, the rest is percent-encoded (recorded: config-subscribe-key-forms).</summary>
    public static string EscapePath(string text) => string.Join('/', text.Split('/').Select(Uri.EscapeDataString));
}
