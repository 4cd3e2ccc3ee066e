using System.Globalization;
using System.Text.Json;
using EmbeddedDapr.Configuration.Stores;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EmbeddedDapr.Components.Configuration;

/// <summary>Settings as a file holds them: a JSON or YAML mapping; nested members get one key, joined by a separator; a value may end in <c>||version</c>. Pure.</summary>
internal static class ConfigurationFile
{
    /// <exception cref="FormatException">The text is no such mapping.</exception>
    public static Dictionary<string, ConfigurationItem> Parse(string text, bool isJson, string separator)
    {
        var items = new Dictionary<string, ConfigurationItem>(StringComparer.Ordinal);
        if (string.IsNullOrWhiteSpace(text))
        {
            return items;
        }

        try
        {
            if (isJson)
            {
                using var document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
                Require(document.RootElement.ValueKind == JsonValueKind.Object);
                Flatten(string.Empty, document.RootElement, separator, items);
            }
            else
            {
                var stream = new YamlStream();
                stream.Load(new StringReader(text));
                if (stream.Documents.Count > 0)
                {
                    Require(stream.Documents[0].RootNode is YamlMappingNode);
                    Flatten(string.Empty, stream.Documents[0].RootNode, separator, items);
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or YamlException)
        {
            throw new FormatException(exception.Message, exception);
        }

        return items;
    }

    private static void Require(bool isMapping)
    {
        if (!isMapping)
        {
            throw new FormatException("the file must hold a mapping of keys to values");
        }
    }

    private static void Flatten(string key, JsonElement value, string separator, Dictionary<string, ConfigurationItem> items)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var child in value.EnumerateObject())
                {
                    Flatten(Join(key, child.Name, separator), child.Value, separator, items);
                }

                break;
            case JsonValueKind.Array:
                foreach (var (index, child) in value.EnumerateArray().Index())
                {
                    Flatten(Join(key, index.ToString(CultureInfo.InvariantCulture), separator), child, separator, items);
                }

                break;
            case JsonValueKind.String:
                Add(key, value.GetString()!, items);
                break;
            case JsonValueKind.Null:
                break;
            default:
                Add(key, value.GetRawText(), items);
                break;
        }
    }

    private static void Flatten(string key, YamlNode value, string separator, Dictionary<string, ConfigurationItem> items)
    {
        switch (value)
        {
            case YamlMappingNode map:
                foreach (var (name, child) in map.Children)
                {
                    Flatten(Join(key, (name as YamlScalarNode)?.Value ?? string.Empty, separator), child, separator, items);
                }

                break;
            case YamlSequenceNode list:
                foreach (var (index, child) in list.Children.Index())
                {
                    Flatten(Join(key, index.ToString(CultureInfo.InvariantCulture), separator), child, separator, items);
                }

                break;
            case YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" }:
                break;
            case YamlScalarNode scalar:
                Add(key, scalar.Value!, items);
                break;
        }
    }

    private static string Join(string key, string name, string separator) => key.Length == 0 ? name : key + separator + name;

    private static void Add(string key, string stored, Dictionary<string, ConfigurationItem> items)
    {
        if (ConfigurationValue.Parse(stored) is { } item)
        {
            items[key] = item;
        }
    }
}
