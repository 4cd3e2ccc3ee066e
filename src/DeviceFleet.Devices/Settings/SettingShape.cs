using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DeviceFleet.Contracts;

namespace DeviceFleet.Devices.Settings;

/// <summary>
/// Reads a setting's JSON strictly: a misspelt member is a fault, though messages skip what they do not know, because a person wrote it and would wonder why it does nothing. Tells
/// all faults of the shape together, each with its path. Pure.
/// </summary>
internal static class SettingShape
{
    /// <summary>Longest value that is read, in characters.</summary>
    public const int LengthMax = 64 * 1024;

    private const int FaultsMax = 20;

    /// <summary>The setting, or null and why it is none.</summary>
    public static T? Read<T>(string text, JsonTypeInfo<T> type, List<string> faults)
        where T : class
    {
        if (text.Length > LengthMax)
        {
            faults.Add($"It has {text.Length} characters; at most {LengthMax} are read.");
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            var before = faults.Count;
            Check(document.RootElement, type, "", faults);
            return faults.Count > before ? null : document.RootElement.Deserialize(type);
        }
        catch (JsonException exception)
        {
            faults.Add($"It is no JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.");
            return null;
        }
    }

    private static void Check(JsonElement element, JsonTypeInfo type, string path, List<string> faults)
    {
        if (faults.Count >= FaultsMax)
        {
            return;
        }

        if (type.Kind == JsonTypeInfoKind.Object && element.ValueKind == JsonValueKind.Object)
        {
            CheckMembers(element, type, path, faults);
        }
        else if (type.Kind == JsonTypeInfoKind.Dictionary && element.ValueKind == JsonValueKind.Object)
        {
            foreach (var entry in element.EnumerateObject())
            {
                Check(entry.Value, Of(type.ElementType!), Join(path, entry.Name), faults);
            }
        }
        else if (!CanBe(element, type))
        {
            faults.Add($"{(path.Length == 0 ? "The value" : path)}: {Expected(type)} is wanted.");
        }
    }

    private static void CheckMembers(JsonElement element, JsonTypeInfo type, string path, List<string> faults)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in element.EnumerateObject())
        {
            var property = type.Properties.FirstOrDefault(candidate => string.Equals(candidate.Name, member.Name, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                faults.Add($"{Join(path, member.Name)}: there is no such member; there are {string.Join(", ", type.Properties.Select(known => known.Name))}.");
            }
            else if (!names.Add(member.Name))
            {
                faults.Add($"{Join(path, member.Name)}: it is there twice.");
            }
            else if (member.Value.ValueKind != JsonValueKind.Null || property.IsRequired)
            {
                Check(member.Value, Of(property.PropertyType), Join(path, property.Name), faults);
            }
        }

        faults.AddRange(type.Properties.Where(property => property.IsRequired && !names.Contains(property.Name)).Select(property => $"{Join(path, property.Name)}: it is missing."));
    }

    private static bool CanBe(JsonElement element, JsonTypeInfo type)
    {
        try
        {
            return element.Deserialize(type) is { } value && (!type.Type.IsEnum || Enum.IsDefined(type.Type, value));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Expected(JsonTypeInfo type)
    {
        var bare = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        return bare switch
        {
            { IsEnum: true } => "one of " + string.Join(", ", Enum.GetValues(bare).Cast<object>().Select(value => JsonSerializer.Serialize(value, Of(bare)).Trim('"')).Select(Plain)),
            _ when bare == typeof(TimeSpan) => "a time as \"00:05:00\" or \"1.00:00:00\"",
            _ when bare == typeof(double) => "a number",
            _ when bare == typeof(long) || bare == typeof(int) => "a whole number",
            _ when bare == typeof(bool) => "true or false",
            _ when bare == typeof(string) => "a text",
            _ => type.Kind switch
            {
                JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => "an object",
                JsonTypeInfoKind.Enumerable => "an array of its own kind",
                _ => "another value",
            },
        };
    }

    /// <summary>As people write them: the serializer escapes angle brackets.</summary>
    private static string Plain(string value) => value.Replace("\\u003E", ">", StringComparison.Ordinal).Replace("\\u003C", "<", StringComparison.Ordinal);

    private static JsonTypeInfo Of(Type type) => ContractsJson.Default.Options.GetTypeInfo(type);

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
