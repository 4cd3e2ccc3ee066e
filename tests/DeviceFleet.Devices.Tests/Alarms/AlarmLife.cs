using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Alarms;

namespace DeviceFleet.Devices.Tests.Alarms;

/// <summary>One device's alarms as the actor keeps them, beside the reference; every step compares the two.</summary>
internal sealed class AlarmLife(DeviceId device)
{
    private readonly SortedDictionary<string, AlarmRule> _rules = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NaiveRule> _naive = [];
    private readonly Dictionary<string, long> _versions = [];
    private readonly Dictionary<string, bool> _isRaised = [];
    private readonly Dictionary<string, long> _numbers = [];
    private IReadOnlyList<RuleMemory> _memories = [];
    private AlarmBook _book = AlarmBook.Empty;
    private long _now = 1_000_000_000;
    private long _skew;

    public void Do(AlarmModelTests.Step step)
    {
        switch (step.What)
        {
            case < 26:
                Sample(step.After * 1_000, Metrics(step));
                break;
            case < 31:
                _now += step.After * 2_000;
                Turn(run => run.CheckAbsence(), (rule, _) => rule.CheckAbsence(_now));
                break;
            case 31:
                _skew = step.T * 1_000; // the device's clock is set
                break;
            case 32 or 33:
                Person(step.T > 0 ? AlarmAction.Comment : AlarmAction.Acknowledge, step.Slot);
                break;
            case 34 or 35:
                Person(AlarmAction.Clear, step.Slot);
                break;
            case 36:
                (_memories, _book) = (StateJson.Again(_memories), StateJson.Again(_book)); // the actor was away
                break;
            case 37:
                _rules.Remove($"r{step.Slot}");
                Turn(_ => { }, (_, _) => null);
                break;
            default:
                Put(step);
                Turn(_ => { }, (_, _) => null);
                break;
        }
    }

    public void Sample(int milliseconds, Dictionary<string, double> metrics)
    {
        _now += milliseconds;
        var sample = new TelemetrySample { Ts = _now + _skew, Metrics = metrics };
        Turn(run => run.Look(sample, sample.Ts.Value), (rule, _) => rule.Look(sample, _now));
    }

    /// <summary>What holds after any life.</summary>
    public void Check()
    {
        Assert.Equal(_book.Open.Count, _book.Open.Select(alarm => alarm.Rule.Id).Distinct().Count());
        Assert.True(_book.Cleared.Count <= AlarmLimits.ClearedKeptMax);
        foreach (var alarm in _book.Open.Concat(_book.Cleared).Select(StateJson.Again))
        {
            Assert.True(RuleEvaluator.DerivesRaise(new PreparedRule(alarm.Rule), alarm.Evidence), $"{alarm.Id} does not follow from its evidence.");
            Assert.True(alarm.Evidence.Samples.Count <= AlarmLimits.EvidenceSamplesMax);
            Assert.Equal(alarm.State == AlarmState.Cleared, alarm.ClearedAt is not null);
        }
    }

    private static Dictionary<string, double> Metrics(AlarmModelTests.Step step)
    {
        var metrics = new Dictionary<string, double>();
        if (step.What % 5 != 0)
        {
            metrics["t"] = step.T;
        }

        if (step.What % 5 < 2)
        {
            metrics["u"] = step.U;
        }

        return metrics;
    }

    private void Put(AlarmModelTests.Step step)
    {
        var id = $"r{step.Slot}";
        _versions[id] = _versions.GetValueOrDefault(id) + 1;
        _rules[id] = step.Rule with { Id = id, Version = _versions[id] };
    }

    private void Person(AlarmAction action, int slot)
    {
        var alarm = _book.Open.FirstOrDefault(open => open.Rule.Id == $"r{slot}");
        var (next, reply) = _book.Change(new AlarmChange { AlarmId = alarm?.Id ?? "none", Action = action, Text = "Hm.", By = "ann", At = _now });
        Assert.Equal(alarm is null, reply.Outcome == ChangeOutcome.NotFound);
        _book = next;
        if (alarm is not null && action == AlarmAction.Clear)
        {
            _memories = [.. _memories.Select(memory => memory.RuleId == alarm.Rule.Id ? memory.Mute() : memory)];
            _naive[alarm.Rule.Id].Mute();
            _isRaised[alarm.Rule.Id] = false;
        }
    }

    private void Turn(Action<RuleRun> act, Func<NaiveRule, AlarmRule, bool?> refer)
    {
        var expected = Follow();
        foreach (var (id, rule) in _rules)
        {
            if (refer(_naive[id], rule) is { } isRaise)
            {
                expected.Add((id, isRaise));
            }
        }

        var run = new RuleRun([.. _rules.Values.Select(rule => new PreparedRule(rule))], _memories, _now);
        act(run);
        Assert.Equal(expected, run.Decisions.Select(decision => (decision.RuleId, decision.IsRaise)));
        _memories = run.Memories;
        foreach (var decision in run.Decisions)
        {
            Take(decision);
        }

        Assert.Equal(_naive.Where(pair => pair.Value.IsRaised).Select(pair => pair.Key).Order(), _book.Open.Select(alarm => alarm.Rule.Id).Order());
        Assert.Equal(_book.Open.Count, _book.Summarize().Active);
    }

    /// <summary>The reference follows the rules: what a rule that went had raised is cleared, a new version begins anew but for that.</summary>
    private List<(string Rule, bool IsRaise)> Follow()
    {
        List<(string Rule, bool IsRaise)> expected = [];
        foreach (var id in _naive.Keys.Except(_rules.Keys).Order(StringComparer.Ordinal).ToList())
        {
            if (_naive[id].IsRaised)
            {
                expected.Add((id, false));
            }

            _naive.Remove(id);
        }

        foreach (var (id, rule) in _rules)
        {
            if (!_naive.TryGetValue(id, out var known))
            {
                _naive[id] = new NaiveRule(rule, _now);
            }
            else if (known.Version != rule.Version)
            {
                _naive[id] = known.Succeed(rule, _now);
            }
        }

        return expected;
    }

    private void Take(RuleDecision decision)
    {
        Assert.NotEqual(decision.IsRaise, _isRaised.GetValueOrDefault(decision.RuleId));
        _isRaised[decision.RuleId] = decision.IsRaise;
        (_book, var alarm) = _book.Apply(device, decision, _now);
        Assert.NotNull(alarm);
        if (decision.IsRaise)
        {
            Assert.Equal(_numbers[decision.RuleId] = _numbers.GetValueOrDefault(decision.RuleId) + 1, alarm.Number);
        }
        else if (decision.Evidence is { } evidence)
        {
            Assert.True(RuleEvaluator.DerivesClear(new PreparedRule(_rules[decision.RuleId]), evidence), $"{alarm.Id} was not cleared by its evidence.");
        }

        Assert.Equal(decision is { IsRaise: false, Rule: null } ? "rule-gone" : decision.IsRaise ? null : "rule", alarm.ClearedBy);
    }
}
