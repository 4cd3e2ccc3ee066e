using System.Text.Json;

namespace EmbeddedDapr;

/// <summary>Members of an object as Go's decoder finds them: names without regard to case, of several the last.</summary>
internal static class GoMembers
{
    /// <summary>The member, which may be null; false when there is none.</summary>
    public static bool TryMember(this JsonElement element, string name, out JsonElement member)
    {
        member = default;
        var found = false;
        foreach (var candidate in element.EnumerateObject())
        {
            if (candidate.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                (member, found) = (candidate.Value, true);
            }
        }

        return found;
    }

    /// <summary>The text of a member; empty when there is none or it is null. False: it is something else.</summary>
    public static bool TryText(this JsonElement element, string name, out string text)
    {
        text = string.Empty;
        if (!element.TryMember(name, out var member) || member.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (member.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        text = member.GetString()!;
        return true;
    }
}
