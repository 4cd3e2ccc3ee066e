using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Gateway.Registration;

/// <summary>A merge patch of a registration. What is not there stays; null removes.</summary>
internal sealed record RegistrationPatch
{
    /// <summary>Id of the type.</summary>
    public string? Type { get; init; }

    /// <summary>The group, as a path.</summary>
    public GroupPath? Group { get; init; }

    /// <summary>Tags to set, and with null to remove.</summary>
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }

    /// <summary>Whether <see cref="Type"/> was named.</summary>
    internal bool HasType { get; private init; }

    /// <summary>Whether <see cref="Group"/> was named.</summary>
    internal bool HasGroup { get; private init; }

    /// <summary>Reads a patch; a member that a registration does not have is a fault, as it would be lost.</summary>
    public static bool TryRead(JsonElement body, [NotNullWhen(true)] out RegistrationPatch? patch, [NotNullWhen(false)] out string? fault)
    {
        (patch, fault) = (null, null);
        if (body.ValueKind != JsonValueKind.Object)
        {
            fault = "A JSON object.";
            return false;
        }

        var read = new RegistrationPatch();
        foreach (var member in body.EnumerateObject())
        {
            switch (member.Name)
            {
                case "type" when member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Null:
                    read = read with { HasType = true, Type = member.Value.GetString() };
                    break;
                case "group" when member.Value.ValueKind == JsonValueKind.Null:
                    read = read with { HasGroup = true, Group = null };
                    break;
                case "group" when member.Value.ValueKind == JsonValueKind.String && GroupPath.TryParse(member.Value.GetString(), out var path):
                    read = read with { HasGroup = true, Group = path };
                    break;
                case "tags" when TryReadTags(member.Value, out var tags):
                    read = read with { Tags = tags };
                    break;
                case "type":
                    fault = "type is a text or null.";
                    return false;
                case "group":
                    fault = $"group is null or a path: 1 to {GroupPath.SegmentsMax} segments joined by /, each 1 to {GroupPath.SegmentLengthMax} of A-Z a-z 0-9 _ -, first a letter or digit.";
                    return false;
                case "tags":
                    fault = "tags is an object whose values are texts, or null to remove one.";
                    return false;
                default:
                    fault = $"A registration has type, group and tags, and no '{member.Name}'.";
                    return false;
            }
        }

        patch = read;
        return true;
    }

    public RegistrationWrite ToWrite(long? ifVersion, string by, long at) =>
        new() { SetType = HasType, Type = Type, SetGroup = HasGroup, Group = Group, Tags = Tags, IfVersion = ifVersion, By = by, At = at };

    private static bool TryReadTags(JsonElement value, out Dictionary<string, string?> tags)
    {
        tags = [];
        if (value.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        foreach (var tag in value.EnumerateObject())
        {
            if (tag.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
            {
                return false;
            }

            tags[tag.Name] = tag.Value.GetString();
        }

        return true;
    }
}
