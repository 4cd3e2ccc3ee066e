using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Devices.Tests.Alarms;

/// <summary>
/// The semantics of one rule written down plainly: it remembers every sample since it began to wait for what it waits for, and looks at all of them each time. Slow, unbounded,
/// and shares no code with the evaluator.
/// </summary>
internal sealed class NaiveRule(AlarmRule rule, long now)
{
    private readonly List<(long Ts, IReadOnlyDictionary<string, double> Metrics)> _seen = [];
    private long _quietSince = now;
    private bool _isSeed;

    public long Version => rule.Version;

    public bool IsRaised { get; private set; }

    public bool IsMuted { get; private set; }

    /// <summary>True: raise; false: clear; null: neither.</summary>
    public bool? Look(TelemetrySample sample, long now)
    {
        if (rule.When.Kind == ConditionKind.Absence)
        {
            return Come(sample, now);
        }

        _seen.Add((sample.Ts!.Value, sample.Metrics));
        var (condition, isNegated) = IsRaised || IsMuted ? (rule.Clear ?? rule.When, rule.Clear is null) : (rule.When, false);
        if (!IsMet(condition, isNegated))
        {
            return null;
        }

        bool? decision = IsMuted ? null : !IsRaised;
        (IsRaised, IsMuted) = (!IsRaised && !IsMuted, false);
        _seen.RemoveRange(0, _seen.Count - 1); // the newest is only there to compare the next one with
        _isSeed = true;
        return decision;
    }

    public bool? CheckAbsence(long now)
    {
        if (rule.When.Kind != ConditionKind.Absence || IsRaised || IsMuted || now - _quietSince < rule.When.For!.Value.TotalMilliseconds)
        {
            return null;
        }

        IsRaised = true;
        return true;
    }

    public void Mute() => (IsRaised, IsMuted) = (false, true);

    /// <summary>The next version of the rule takes over what is raised, and nothing else.</summary>
    public NaiveRule Succeed(AlarmRule next, long at) => new(next, at) { IsRaised = IsRaised };

    private bool? Come(TelemetrySample sample, long now)
    {
        if (rule.When.Metric is { } metric && !sample.Metrics.ContainsKey(metric))
        {
            return null;
        }

        bool? decision = IsRaised ? false : null;
        (IsRaised, IsMuted, _quietSince) = (false, false, now);
        return decision;
    }

    private bool IsMet(RuleCondition condition, bool isNegated)
    {
        var values = _seen.Skip(_isSeed && condition.Kind != ConditionKind.Rate ? 1 : 0)
            .Where(sample => sample.Metrics.ContainsKey(condition.Metric!))
            .Select(sample => (sample.Ts, Value: sample.Metrics[condition.Metric!]))
            .ToList();
        if (values.Count == 0 || !_seen[^1].Metrics.ContainsKey(condition.Metric!))
        {
            return false;
        }

        // What each moment says: of a threshold each sample, of a rate each pair.
        List<(long Ts, bool Says)> moments;
        if (condition.Kind == ConditionKind.Rate)
        {
            var chain = new List<(long Ts, double Value)>();
            foreach (var value in values)
            {
                if (chain.Count > 0 && value.Ts < chain[^1].Ts)
                {
                    chain.Clear();
                }

                if (chain.Count == 0 || value.Ts > chain[^1].Ts)
                {
                    chain.Add(value);
                }
                else if (value == values[^1])
                {
                    return false; // at no time after the one before
                }
            }

            chain = [.. chain.TakeLast(condition.Count is null ? int.MaxValue : AlarmLimits.EvidenceSamplesMax)];
            moments = [.. chain.Zip(chain.Skip(1), (before, after) => (after.Ts, Compare(condition, (after.Value - before.Value) / ((after.Ts - before.Ts) / 1000.0), 0) != isNegated))];
        }
        else
        {
            moments = [.. values.Select(value => (value.Ts, Compare(condition, value.Value, isNegated ? rule.Hysteresis ?? 0 : 0) != isNegated))];
        }

        if (moments.Count == 0 || !moments[^1].Says)
        {
            return false;
        }

        var said = moments.Where(moment => moment.Says).ToList();
        var last = moments[^1].Ts;
        if (isNegated || (condition.For is null && condition.Count is null))
        {
            return true;
        }

        if (condition.Count is { } count)
        {
            var inOrder = said.Skip(LastStepBack(said)).ToList();
            return inOrder.Count(moment => last - moment.Ts <= condition.Within!.Value.TotalMilliseconds) >= count;
        }

        var run = moments.Skip(moments.FindLastIndex(moment => !moment.Says) + 1).ToList();
        return last - run[LastStepBack(run)].Ts >= condition.For!.Value.TotalMilliseconds;
    }

    private static int LastStepBack(List<(long Ts, bool Says)> moments)
    {
        for (var i = moments.Count - 1; i > 0; i--)
        {
            if (moments[i].Ts < moments[i - 1].Ts)
            {
                return i;
            }
        }

        return 0;
    }

    private static bool Compare(RuleCondition condition, double value, double back) => (condition.Kind, condition.Op) switch
    {
        (ConditionKind.Range, _) => value < condition.Low + back || value > condition.High - back,
        (_, Comparison.Above) => value > condition.Value - back,
        (_, Comparison.AtLeast) => value >= condition.Value - back,
        (_, Comparison.Below) => value < condition.Value + back,
        (_, Comparison.AtMost) => value <= condition.Value + back,
        (_, Comparison.Equal) => value == condition.Value,
        _ => value != condition.Value,
    };
}
