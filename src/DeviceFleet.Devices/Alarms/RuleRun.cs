using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Devices.Alarms;

/// <summary>
/// One turn of the rules that are for a device: first what was remembered is brought in line with the rules in force, then samples and time are looked at, in order. Rules and
/// memories come, and memories go, in the order of their rules' ids.
/// </summary>
internal sealed class RuleRun
{
    private readonly PreparedRule[] _rules;
    private readonly IReadOnlyList<RuleMemory> _stored;
    private readonly RuleMemory?[] _memories;
    private readonly long _now;
    private List<RuleDecision>? _decisions;
    private bool _isChanged;

    /// <summary>Begins a turn.</summary>
    /// <param name="rules">The rules that are for the device.</param>
    /// <param name="stored">What was remembered.</param>
    /// <param name="now">The turn's time, Unix milliseconds UTC.</param>
    public RuleRun(PreparedRule[] rules, IReadOnlyList<RuleMemory> stored, long now)
    {
        _rules = rules;
        _stored = stored;
        _memories = rules.Length == 0 ? [] : new RuleMemory?[rules.Length];
        _now = now;
        Follow();
    }

    /// <summary>What was decided, in order.</summary>
    public IReadOnlyList<RuleDecision> Decisions => _decisions ?? (IReadOnlyList<RuleDecision>)[];

    /// <summary>What to remember: the same as was stored when nothing changed.</summary>
    public IReadOnlyList<RuleMemory> Memories => _isChanged ? [.. _memories.OfType<RuleMemory>()] : _stored;

    /// <summary>Looks at a sample that is newer than all before.</summary>
    public void Look(TelemetrySample sample, long ts)
    {
        for (var i = 0; i < _rules.Length; i++)
        {
            Take(i, RuleEvaluator.Look(_rules[i], _memories[i], sample, ts, _now));
        }
    }

    /// <summary>Looks at the clock.</summary>
    public void CheckAbsence()
    {
        for (var i = 0; i < _rules.Length; i++)
        {
            Take(i, RuleEvaluator.CheckAbsence(_rules[i], _memories[i], _now));
        }
    }

    private void Take(int i, (RuleMemory? Next, RuleDecision? Decision) step)
    {
        if (!ReferenceEquals(step.Next, _memories[i]))
        {
            _memories[i] = step.Next;
            _isChanged = true;
        }

        if (step.Decision is { } decision)
        {
            (_decisions ??= []).Add(decision);
        }
    }

    private void Follow()
    {
        var next = 0;
        for (var i = 0; i < _rules.Length; i++)
        {
            var rule = _rules[i];
            for (; next < _stored.Count && string.CompareOrdinal(_stored[next].RuleId, rule.Id) < 0; next++)
            {
                Forget(_stored[next]);
            }

            var known = next < _stored.Count && _stored[next].RuleId == rule.Id ? _stored[next++] : null;
            _memories[i] = known is null ? RuleEvaluator.Begin(rule, _now) : known.Version == rule.Version ? known : Succeed(rule, known);
            _isChanged |= !ReferenceEquals(_memories[i], known);
        }

        for (; next < _stored.Count; next++)
        {
            Forget(_stored[next]);
        }
    }

    /// <summary>The rule went, or is no longer for this device.</summary>
    private void Forget(RuleMemory memory)
    {
        _isChanged = true;
        if (memory.Phase == RulePhase.Raised)
        {
            (_decisions ??= []).Add(new RuleDecision(memory.RuleId, null, IsRaise: false, null));
        }
    }

    /// <summary>A new version begins anew; but what is raised stays so until the new clear condition holds.</summary>
    private RuleMemory? Succeed(PreparedRule rule, RuleMemory memory) => memory.Phase == RulePhase.Raised
        ? new RuleMemory { RuleId = rule.Id, Version = rule.Version, Phase = RulePhase.Raised }
        : RuleEvaluator.Begin(rule, _now);
}
