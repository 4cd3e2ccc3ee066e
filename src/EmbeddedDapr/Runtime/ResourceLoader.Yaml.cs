using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EmbeddedDapr.Runtime;

public static partial class ResourceLoader
{
    /// <summary>Takes values out of one YAML document and notes each one that has the wrong shape, with its line.</summary>
    internal sealed class YamlReader(string source, int firstLine, List<string> faults)
    {
        public int FaultCount => faults.Count;

        public string At(YamlNode node) => $"{source}({node.Start.Line + firstLine - 1})";

        public YamlMappingNode? Map(YamlNode node) => node as YamlMappingNode ?? Fault<YamlMappingNode>(node, "a mapping is expected");

        public YamlMappingNode? Map(YamlMappingNode parent, string name) => Child(parent, name) is { } child ? Map(child) : null;

        public YamlMappingNode? RequiredMap(YamlMappingNode parent, string name) =>
            Child(parent, name) is { } child ? Map(child) : Fault<YamlMappingNode>(parent, $"'{name}' is missing");

        /// <summary>A scalar's text; null: absent or null.</summary>
        public string? Text(YamlMappingNode parent, string name) => Child(parent, name) switch
        {
            null => null,
            YamlScalarNode scalar => scalar.Value,
            var other => Fault<string>(other, $"'{name}' must be text"),
        };

        public string RequiredText(YamlMappingNode parent, string name)
        {
            if (Text(parent, name) is { Length: > 0 } text)
            {
                return text;
            }

            Fault<string>(parent, $"'{name}' is missing");
            return string.Empty;
        }

        public bool Flag(YamlMappingNode parent, string name)
        {
            var text = Text(parent, name);
            if (text is null || bool.TryParse(text, out _))
            {
                return text is not null && bool.Parse(text);
            }

            Fault<string>(parent, $"'{name}' is '{text}', not true or false");
            return false;
        }

        public int Number(YamlMappingNode parent, string name, int absent)
        {
            if (Text(parent, name) is not { } text)
            {
                return absent;
            }

            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
            {
                return number;
            }

            Fault<string>(parent, $"'{name}' is '{text}', not a positive integer");
            return absent;
        }

        /// <summary>An integer of any sign; null: absent.</summary>
        public int? Integer(YamlMappingNode parent, string name)
        {
            if (Text(parent, name) is not { } text)
            {
                return null;
            }

            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }

            Fault<string>(parent, $"'{name}' is '{text}', not an integer");
            return null;
        }

        /// <summary>A Go duration of zero or more, or milliseconds when it is a bare integer.</summary>
        public TimeSpan Span(YamlMappingNode parent, string name, TimeSpan absent)
        {
            if (Text(parent, name) is not { Length: > 0 } text)
            {
                return absent;
            }

            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds <= int.MaxValue)
            {
                return TimeSpan.FromMilliseconds(milliseconds);
            }

            if (GoDuration.TryParse(text, out var duration) && duration >= TimeSpan.Zero)
            {
                return duration;
            }

            Fault<string>(parent, $"'{name}' is '{text}', not a duration such as 5s");
            return absent;
        }

        /// <summary>The entries of a mapping of mappings; none: absent.</summary>
        public IEnumerable<(string Name, YamlMappingNode Value)> NamedMaps(YamlMappingNode? parent, string name)
        {
            if (parent is null || Map(parent, name) is not { } map)
            {
                yield break;
            }

            foreach (var (key, value) in map.Children)
            {
                if ((key as YamlScalarNode)?.Value is { } text && (IsNull(value) ? new YamlMappingNode() : Map(value)) is { } entry)
                {
                    yield return (text, entry);
                }
            }
        }

        /// <summary>Says that a value is of no use.</summary>
        public void Refuse(YamlNode node, string why) => Fault<string>(node, why);

        public TimeSpan Duration(YamlMappingNode parent, string name, TimeSpan absent)
        {
            if (Text(parent, name) is not { Length: > 0 } text)
            {
                return absent;
            }

            if (GoDuration.TryParse(text, out var duration) && duration > TimeSpan.Zero)
            {
                return duration;
            }

            Fault<string>(parent, $"'{name}' is '{text}', not a duration such as 5s");
            return absent;
        }

        public List<string> Texts(YamlMappingNode parent, string name)
        {
            var texts = new List<string>();
            foreach (var item in Items(parent, name))
            {
                if (item is YamlScalarNode { Value: { } value })
                {
                    texts.Add(value);
                }
                else
                {
                    Fault<string>(item, $"'{name}' must hold texts");
                }
            }

            return texts;
        }

        public IEnumerable<YamlMappingNode> Maps(YamlMappingNode parent, string name)
        {
            foreach (var item in Items(parent, name))
            {
                if (Map(item) is { } map)
                {
                    yield return map;
                }
            }
        }

        public Dictionary<string, string> TextMap(YamlMappingNode parent, string name)
        {
            var texts = new Dictionary<string, string>();
            if (Map(parent, name) is not { } map)
            {
                return texts;
            }

            foreach (var (key, value) in map.Children)
            {
                if (key is YamlScalarNode { Value: { } keyText } && value is YamlScalarNode scalar)
                {
                    texts[keyText] = scalar.Value ?? string.Empty;
                }
                else
                {
                    Fault<string>(value, $"'{name}' must map texts to texts");
                }
            }

            return texts;
        }

        /// <summary>Any value as text: scalars as written, lists and maps as JSON (contract section 8.1).</summary>
        public static string Value(YamlMappingNode parent, string name) => Child(parent, name) switch
        {
            null => string.Empty,
            YamlScalarNode scalar => scalar.Value ?? string.Empty,
            var other => ToJson(other)?.ToJsonString() ?? string.Empty,
        };

        private static YamlNode? Child(YamlMappingNode parent, string name) =>
            parent.Children.TryGetValue(new YamlScalarNode(name), out var child) && !IsNull(child) ? child : null;

        private static bool IsNull(YamlNode node) => node is YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "~" or "null" or "Null" or "NULL" };

        private static JsonNode? ToJson(YamlNode node) => node switch
        {
            YamlMappingNode map => new JsonObject(map.Children.Select(pair => KeyValuePair.Create(((pair.Key as YamlScalarNode)?.Value) ?? string.Empty, ToJson(pair.Value)))),
            YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
            YamlScalarNode scalar => ScalarToJson(scalar),
            _ => null,
        };

        private static JsonValue? ScalarToJson(YamlScalarNode scalar)
        {
            if (scalar.Style != ScalarStyle.Plain)
            {
                return JsonValue.Create(scalar.Value);
            }

            return IsNull(scalar) ? null
                : bool.TryParse(scalar.Value, out var flag) ? JsonValue.Create(flag)
                : long.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? JsonValue.Create(whole)
                : double.TryParse(scalar.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? JsonValue.Create(number)
                : JsonValue.Create(scalar.Value);
        }

        private IEnumerable<YamlNode> Items(YamlMappingNode parent, string name) => Child(parent, name) switch
        {
            null => [],
            YamlSequenceNode list => list.Children,
            var other => Fault<IEnumerable<YamlNode>>(other, $"'{name}' must be a list") ?? [],
        };

        private T? Fault<T>(YamlNode node, string why)
            where T : class
        {
            faults.Add($"{At(node)}: {why}");
            return null;
        }
    }
}
