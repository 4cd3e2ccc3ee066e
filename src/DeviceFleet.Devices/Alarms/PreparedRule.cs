using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Devices.Alarms;

/// <summary>A sound rule made ready to be asked for every sample. Immutable, shared by all devices.</summary>
internal sealed class PreparedRule(AlarmRule rule)
{
    public AlarmRule Rule { get; } = rule;

    public string Id => Rule.Id;

    public long Version => Rule.Version;

    public Condition When { get; } = new(rule.When);

    /// <summary>For absence it is never asked: any sample clears that.</summary>
    public Condition Clear { get; } = rule.Clear is { } clear ? new Condition(clear) : Condition.NoLonger(rule.When, rule.Hysteresis ?? 0);

    public bool IsAbsence => When.Kind == ConditionKind.Absence;

    /// <summary>Whether the rule is for such a device.</summary>
    public bool IsFor(string? type, GroupPath? group, IReadOnlyDictionary<string, string> tags)
    {
        if (Rule.Scope is not { } scope)
        {
            return true;
        }

        return (scope.Types.Count == 0 || (type is not null && scope.Types.Contains(type)))
            && (scope.Groups.Count == 0 || (group is { } path && scope.Groups.Any(path.IsIn)))
            && scope.Tags.All(tag => tags.TryGetValue(tag.Key, out var value) && value == tag.Value);
    }
}
