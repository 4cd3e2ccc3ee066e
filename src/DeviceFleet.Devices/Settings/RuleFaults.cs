using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Devices.Settings;

/// <summary>What is wrong with an alarm rule, all of it together, in words. Pure.</summary>
internal static class RuleFaults
{
    /// <summary>Most types, and most groups, that a scope names.</summary>
    public const int ScopePartsMax = 32;

    private const int NameLengthMax = 100;
    private const int MetricNameLengthMax = 64;
    private const int CountMin = 2;
    private const int CountMax = 30;
    private static readonly TimeSpan ShortestTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestFor = TimeSpan.FromDays(30);
    private static readonly TimeSpan LongestWithin = TimeSpan.FromDays(1);

    public static List<string> Of(AlarmRule rule)
    {
        List<string> faults = [];
        SettingIds.Check(rule.Id, faults);
        if (rule.Version < 1)
        {
            faults.Add("version: it begins at 1.");
        }

        if (rule.Name is { Length: 0 or > NameLengthMax })
        {
            faults.Add($"name: 1 to {NameLengthMax} characters.");
        }

        if (!Enum.IsDefined(rule.Severity))
        {
            faults.Add("severity: one of info, warning, critical.");
        }

        CheckScope(rule.Scope, faults);
        CheckCondition("when", rule.When, faults);
        CheckClear(rule, faults);
        CheckHysteresis(rule, faults);
        return faults;
    }

    private static void CheckScope(RuleScope? scope, List<string> faults)
    {
        if (scope is null)
        {
            return;
        }

        if (scope.Types.Count > ScopePartsMax || scope.Groups.Count > ScopePartsMax || scope.Tags.Count > DeviceRegistration.TagsMax)
        {
            faults.Add($"scope: at most {ScopePartsMax} types, {ScopePartsMax} groups and {DeviceRegistration.TagsMax} tags.");
        }

        faults.AddRange(scope.Types.Where(type => !SettingIds.IsValid(type)).Select(type => $"scope.types: '{type}' is no id of a type."));
        if (scope.Groups.Any(group => group == default))
        {
            faults.Add("scope.groups: an empty group.");
        }

        if (scope.Tags.Any(tag => tag.Key.Length is 0 or > DeviceRegistration.TagNameLengthMax || tag.Value is null or { Length: > DeviceRegistration.TagValueLengthMax }))
        {
            faults.Add("scope.tags: names of 1 to 64 characters, values of at most 128.");
        }
    }

    private static void CheckCondition(string path, RuleCondition condition, List<string> faults)
    {
        if (condition.Metric is { Length: 0 or > MetricNameLengthMax })
        {
            faults.Add($"{path}.metric: 1 to {MetricNameLengthMax} characters.");
        }

        if (condition.Metric is null && condition.Kind != ConditionKind.Absence)
        {
            faults.Add($"{path}.metric: only absence can do without one.");
        }

        switch (condition.Kind)
        {
            case ConditionKind.Threshold or ConditionKind.Rate:
                CheckComparison(path, condition, faults);
                break;
            case ConditionKind.Range:
                CheckRange(path, condition, faults);
                break;
            case ConditionKind.Absence:
                CheckAbsence(path, condition, faults);
                break;
            default:
                faults.Add($"{path}.kind: one of threshold, range, rate, absence.");
                break;
        }

        CheckTimes(path, condition, faults);
    }

    private static void CheckComparison(string path, RuleCondition condition, List<string> faults)
    {
        if (condition.Op is not { } op || !Enum.IsDefined(op))
        {
            faults.Add($"{path}.op: one of > >= < <= == !=.");
        }
        else if (condition.Kind == ConditionKind.Rate && op is (Comparison.Equal or Comparison.NotEqual))
        {
            faults.Add($"{path}.op: a rate is compared with > >= < <=.");
        }

        if (condition.Value is not { } value || !double.IsFinite(value))
        {
            faults.Add($"{path}.value: a finite number is needed.");
        }

        if (condition.Low is not null || condition.High is not null)
        {
            faults.Add($"{path}: low and high are for a range.");
        }
    }

    private static void CheckRange(string path, RuleCondition condition, List<string> faults)
    {
        if (condition.Low is null && condition.High is null)
        {
            faults.Add($"{path}: a range needs low, high or both.");
        }
        else if (!double.IsFinite(condition.Low ?? 0) || !double.IsFinite(condition.High ?? 0) || condition.Low > condition.High)
        {
            faults.Add($"{path}: low and high are finite, and low is not above high.");
        }

        if (condition.Op is not null || condition.Value is not null)
        {
            faults.Add($"{path}: op and value are not for a range.");
        }
    }

    private static void CheckAbsence(string path, RuleCondition condition, List<string> faults)
    {
        if (condition.For is null)
        {
            faults.Add($"{path}.for: how long nothing may come is needed for absence.");
        }

        if (condition.Op is not null || condition.Value is not null || condition.Low is not null || condition.High is not null || condition.Count is not null)
        {
            faults.Add($"{path}: absence has a metric and for, nothing else.");
        }
    }

    private static void CheckTimes(string path, RuleCondition condition, List<string> faults)
    {
        if (condition.For is { } time && (time < ShortestTime || time > LongestFor))
        {
            faults.Add($"{path}.for: 1 second to 30 days.");
        }

        if (condition.Count is < CountMin or > CountMax)
        {
            faults.Add($"{path}.count: {CountMin} to {CountMax}.");
        }

        if (condition.Within is { } within && (within < ShortestTime || within > LongestWithin))
        {
            faults.Add($"{path}.within: 1 second to 1 day.");
        }

        if ((condition.Count is null) != (condition.Within is null))
        {
            faults.Add($"{path}: count and within go together.");
        }

        if (condition.Count is not null && condition.For is not null)
        {
            faults.Add($"{path}: either for, or count and within.");
        }
    }

    private static void CheckClear(AlarmRule rule, List<string> faults)
    {
        if (rule.Clear is not { } clear)
        {
            return;
        }

        if (rule.When.Kind == ConditionKind.Absence || clear.Kind == ConditionKind.Absence)
        {
            faults.Add("clear: absence is cleared by any sample, and clears nothing.");
        }

        CheckCondition("clear", clear, faults);
    }

    private static void CheckHysteresis(AlarmRule rule, List<string> faults)
    {
        if (rule.Hysteresis is not { } back)
        {
            return;
        }

        var when = rule.When;
        var isOrdered = when.Kind == ConditionKind.Threshold && when.Op is Comparison.Above or Comparison.AtLeast or Comparison.Below or Comparison.AtMost;
        if (!isOrdered && when.Kind != ConditionKind.Range)
        {
            faults.Add("hysteresis: for a threshold with > >= < <=, and for a range.");
        }

        if (!double.IsFinite(back) || back <= 0)
        {
            faults.Add("hysteresis: above 0.");
        }

        if (rule.Clear is not null)
        {
            faults.Add("hysteresis: not together with clear.");
        }

        if (when.High - when.Low < 2 * back)
        {
            faults.Add("hysteresis: it leaves nothing of the range to clear in.");
        }
    }
}
