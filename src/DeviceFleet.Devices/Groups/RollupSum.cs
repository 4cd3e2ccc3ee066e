using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;

namespace DeviceFleet.Devices.Groups;

/// <summary>Adds devices and groups up.</summary>
internal sealed class RollupSum
{
    private readonly Dictionary<string, MetricSum> _metrics = new(StringComparer.Ordinal);
    private long _devices;
    private long _online;
    private long _stale;
    private long _offline;
    private long _unknown;
    private long _alarming;
    private long _critical;

    /// <summary>A device; null: nothing was heard of it.</summary>
    public void Add(MemberObservation? seen)
    {
        _devices++;
        switch (seen?.Presence ?? Presence.Unknown)
        {
            case Presence.Unknown:
                _unknown++;
                break;
            case Presence.Online:
                _online++;
                break;
            case Presence.Stale:
                _stale++;
                break;
            case Presence.Offline:
                _offline++;
                break;
        }

        if (seen is null)
        {
            return;
        }

        _alarming += seen.Alarms > 0 ? 1 : 0;
        _critical += seen is { Alarms: > 0, Severity: AlarmSeverity.Critical } ? 1 : 0;
        foreach (var (name, value) in seen.Metrics)
        {
            Of(name).Add(1, value, value, value);
        }
    }

    /// <summary>A group below, with all below it.</summary>
    public void Add(GroupRollup below)
    {
        _devices += below.Devices;
        _online += below.Online;
        _stale += below.Stale;
        _offline += below.Offline;
        _unknown += below.Unknown;
        _alarming += below.Alarming;
        _critical += below.Critical;
        foreach (var (name, metric) in below.Metrics)
        {
            Of(name).Add(metric.Count, metric.Min, metric.Max, metric.Sum);
        }
    }

    public GroupRollup ToRollup() => new()
    {
        Devices = _devices,
        Online = _online,
        Stale = _stale,
        Offline = _offline,
        Unknown = _unknown,
        Alarming = _alarming,
        Critical = _critical,
        Metrics = _metrics.OrderBy(metric => metric.Key, StringComparer.Ordinal).Take(GroupLimits.MetricsMax).ToDictionary(metric => metric.Key, metric => metric.Value.ToRollup()),
    };

    /// <summary>Whether two roll-ups say the same.</summary>
    public static bool IsSame(GroupRollup left, GroupRollup right) =>
        left with { Metrics = right.Metrics } == right
        && left.Metrics.Count == right.Metrics.Count
        && left.Metrics.All(metric => right.Metrics.TryGetValue(metric.Key, out var other) && other == metric.Value);

    private MetricSum Of(string name)
    {
        if (!_metrics.TryGetValue(name, out var sum))
        {
            _metrics[name] = sum = new MetricSum();
        }

        return sum;
    }

    private sealed class MetricSum
    {
        private long _count;
        private double _min = double.PositiveInfinity;
        private double _max = double.NegativeInfinity;
        private double _sum;

        public void Add(long count, double min, double max, double sum)
        {
            _count += count;
            _min = Math.Min(_min, min);
            _max = Math.Max(_max, max);
            _sum += sum;
        }

        // Sums of values near the largest double would be infinite, which JSON cannot say.
        public MetricRollup ToRollup() => new(_count, _min, _max, double.IsFinite(_sum) ? _sum : Math.CopySign(double.MaxValue, _sum));
    }
}
