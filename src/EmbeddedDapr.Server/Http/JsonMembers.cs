using System.Text.Json;

namespace EmbeddedDapr.Server.Http;

/// <summary>Members of request bodies, read as Go's decoder does: names without regard to case, <c>null</c> as absent, wrong types refused.</summary>
internal static class JsonMembers
{
    /// <summary>The member, or null when it is absent or null.</summary>
    public static JsonElement? Member(this JsonElement body, string name)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        JsonElement? found = null;
        foreach (var member in body.EnumerateObject())
        {
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                found = member.Value;
            }
        }

        return found is { ValueKind: not JsonValueKind.Null } ? found : null;
    }

    /// <summary>Text of a member, empty when absent; false when it is no string.</summary>
    public static bool TryText(this JsonElement body, string type, string name, out string text, ref string error)
    {
        text = string.Empty;
        if (body.Member(name) is not { } member)
        {
            return true;
        }

        if (member.ValueKind != JsonValueKind.String)
        {
            error = WrongField(member, $"{type}.{name}", "string");
            return false;
        }

        text = member.GetString()!;
        return true;
    }

    /// <summary>A member that is a map of texts, null when absent; false when it is something else.</summary>
    public static bool TryMap(this JsonElement body, string type, string name, out Dictionary<string, string>? map, ref string error)
    {
        map = null;
        if (body.Member(name) is not { } member)
        {
            return true;
        }

        if (member.ValueKind != JsonValueKind.Object)
        {
            error = WrongField(member, $"{type}.{name}", "map[string]string");
            return false;
        }

        map = new(StringComparer.Ordinal);
        foreach (var entry in member.EnumerateObject())
        {
            if (entry.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
            {
                error = WrongField(entry.Value, $"{type}.{name}", "string");
                return false;
            }

            map[entry.Name] = entry.Value.GetString() ?? string.Empty;
        }

        return true;
    }

    public static string WrongValue(JsonElement value, string goType) =>
        $"json: cannot unmarshal {GoJson.KindName(value.ValueKind)} into Go value of type {goType}";

    private static string WrongField(JsonElement value, string field, string goType) =>
        $"json: cannot unmarshal {GoJson.KindName(value.ValueKind)} into Go struct field {field} of type {goType}";
}
