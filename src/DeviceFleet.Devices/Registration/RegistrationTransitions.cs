using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Devices.Registration;

/// <summary>What a write makes of a registration. Pure.</summary>
internal static class RegistrationTransitions
{
    private const int ByLengthMax = 128;

    /// <summary>Applied: a new version. Unchanged: it says what is there. Conflict: made from another version. Invalid: all that is wrong with it is in the detail.</summary>
    public static ChangeReply<DeviceRegistration> Apply(this DeviceRegistration current, RegistrationWrite write)
    {
        var tags = Merge(current.Tags, write.Tags);
        if (Faults(write, tags.Count).ToArray() is { Length: > 0 } faults)
        {
            return Reply(ChangeOutcome.Invalid, current, string.Join(' ', faults));
        }

        if (write.IfVersion is { } version && version != current.Version)
        {
            return Reply(ChangeOutcome.Conflict, current, $"Made from version {version}; the current one is {current.Version}.");
        }

        var type = write.SetType ? write.Type : current.Type;
        var group = write.SetGroup ? write.Group : current.Group;
        if (type == current.Type && group == current.Group && IsSame(tags, current.Tags))
        {
            return Reply(ChangeOutcome.Unchanged, current, null);
        }

        var next = new DeviceRegistration { Version = current.Version + 1, Type = type, Group = group, Tags = tags, By = write.By, At = write.At };
        return Reply(ChangeOutcome.Applied, next, null);
    }

    private static IEnumerable<string> Faults(RegistrationWrite write, int tagsAfter)
    {
        if (write.By.Length is 0 or > ByLengthMax)
        {
            yield return $"By has to be 1 to {ByLengthMax} characters.";
        }

        if (write is { SetType: true, Type: { } type } && !IsName(type))
        {
            yield return $"'{Short(type)}' is no type: 1 to {DeviceRegistration.TagNameLengthMax} characters of A-Z a-z 0-9 . _ -.";
        }

        if (write is { SetGroup: true, Group.Value: "" })
        {
            yield return "An empty text is no group.";
        }

        foreach (var (name, value) in write.Tags ?? new Dictionary<string, string?>())
        {
            if (!IsName(name))
            {
                yield return $"'{Short(name)}' is no name of a tag: 1 to {DeviceRegistration.TagNameLengthMax} characters of A-Z a-z 0-9 . _ -.";
            }

            if (value?.Length > DeviceRegistration.TagValueLengthMax)
            {
                yield return $"The value of tag '{Short(name)}' has {value.Length} characters; at most {DeviceRegistration.TagValueLengthMax} are taken.";
            }
        }

        if (tagsAfter > DeviceRegistration.TagsMax)
        {
            yield return $"It would have {tagsAfter} tags; at most {DeviceRegistration.TagsMax} are kept.";
        }
    }

    private static IReadOnlyDictionary<string, string> Merge(IReadOnlyDictionary<string, string> current, IReadOnlyDictionary<string, string?>? changes)
    {
        if (changes is null)
        {
            return current;
        }

        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in current)
        {
            merged[name] = value;
        }

        foreach (var (name, value) in changes)
        {
            if (value is null)
            {
                merged.Remove(name);
            }
            else
            {
                merged[name] = value;
            }
        }

        return merged;
    }

    private static bool IsSame(IReadOnlyDictionary<string, string> left, IReadOnlyDictionary<string, string> right) =>
        left.Count == right.Count && left.All(tag => right.TryGetValue(tag.Key, out var value) && value == tag.Value);

    private static bool IsName(string text) =>
        text.Length is > 0 and <= DeviceRegistration.TagNameLengthMax && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private static string Short(string text) => text.Length <= DeviceRegistration.TagNameLengthMax ? text : text[..DeviceRegistration.TagNameLengthMax] + "…";

    private static ChangeReply<DeviceRegistration> Reply(ChangeOutcome outcome, DeviceRegistration value, string? detail) => new()
    {
        Outcome = outcome,
        Value = value,
        Detail = detail,
    };
}
