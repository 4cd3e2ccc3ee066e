using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Devices.Settings;

/// <summary>What is wrong with a device type, all of it together, in words. Pure.</summary>
internal static class TypeFaults
{
    private const int NameLengthMax = 100;
    private const int MetricsMax = 64;
    private const int MetricNameLengthMax = 64;
    private const int UnitLengthMax = 16;
    private const int TwinMembersMax = 64;
    private const int PointerLengthMax = 256;
    private const int OneOfMax = 64;
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(7);

    public static List<string> Of(DeviceType type)
    {
        List<string> faults = [];
        SettingIds.Check(type.Id, faults);
        if (type.Name is { Length: 0 or > NameLengthMax })
        {
            faults.Add($"name: 1 to {NameLengthMax} characters.");
        }

        if (type.Metrics.Count > MetricsMax || type.Twin.Count > TwinMembersMax)
        {
            faults.Add($"At most {MetricsMax} metrics and {TwinMembersMax} members of the twin.");
        }

        if (type.OnlyThese && type.Metrics.Count == 0)
        {
            faults.Add("onlyThese: without metrics no sample could pass.");
        }

        if (type.ReportingInterval is { } interval && (interval < ShortestInterval || interval > LongestInterval))
        {
            faults.Add("reportingInterval: 1 second to 7 days.");
        }

        foreach (var (name, metric) in type.Metrics.Take(MetricsMax))
        {
            CheckMetric(name, metric, faults);
        }

        foreach (var (pointer, member) in type.Twin.Take(TwinMembersMax))
        {
            CheckMember(pointer, member, faults);
        }

        return faults;
    }

    private static void CheckMetric(string name, MetricSpec metric, List<string> faults)
    {
        if (name.Length is 0 or > MetricNameLengthMax)
        {
            faults.Add($"metrics: names of 1 to {MetricNameLengthMax} characters.");
        }

        if (metric.Unit is { Length: 0 or > UnitLengthMax })
        {
            faults.Add($"metrics.{name}.unit: 1 to {UnitLengthMax} characters.");
        }

        CheckBounds($"metrics.{name}", metric.Min, metric.Max, faults);
    }

    private static void CheckMember(string pointer, TwinMemberSpec member, List<string> faults)
    {
        if (pointer.Length is < 2 or > PointerLengthMax || pointer[0] != '/')
        {
            faults.Add($"twin: '{pointer}' is no JSON pointer to a member, as /interval or /limits/high.");
        }

        var isNumber = member.Kind is TwinValueKind.Number or TwinValueKind.Whole;
        if (!isNumber && (member.Min is not null || member.Max is not null))
        {
            faults.Add($"twin.{pointer}: min and max are for numbers.");
        }

        if (member.OneOf is { } texts && (member.Kind != TwinValueKind.Text || texts.Count is 0 or > OneOfMax))
        {
            faults.Add($"twin.{pointer}.oneOf: 1 to {OneOfMax} texts, for the kind string.");
        }

        CheckBounds($"twin.{pointer}", member.Min, member.Max, faults);
    }

    private static void CheckBounds(string path, double? min, double? max, List<string> faults)
    {
        if (!double.IsFinite(min ?? 0) || !double.IsFinite(max ?? 0) || min > max)
        {
            faults.Add($"{path}: min and max are finite, and min is not above max.");
        }
    }
}
