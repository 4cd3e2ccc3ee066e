using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Devices.Alarms;

/// <summary>
/// What a sample, or time alone, does to one rule of one device. Raise and clear alternate, because each is only looked for in the phase that the other one leads to. Pure: a null
/// memory is that of a rule that has seen nothing.
/// </summary>
internal static class RuleEvaluator
{
    /// <summary>The memory of a rule that begins to count now. Absence counts from here, also for a device that never sends.</summary>
    public static RuleMemory? Begin(PreparedRule rule, long now) => rule.IsAbsence ? Waiting(rule, now, []) : null;

    /// <summary>
    /// Looks at one sample, which is newer than all before it. At most one decision: what clears an alarm does not raise the next one.
    /// </summary>
    /// <param name="rule">The rule.</param>
    /// <param name="memory">Its memory, of the rule's version.</param>
    /// <param name="sample">The sample.</param>
    /// <param name="ts">When it was measured, Unix milliseconds UTC.</param>
    /// <param name="receivedAt">When it came, Unix milliseconds UTC.</param>
    public static (RuleMemory? Next, RuleDecision? Decision) Look(PreparedRule rule, RuleMemory? memory, TelemetrySample sample, long ts, long receivedAt)
    {
        if (rule.IsAbsence)
        {
            return rule.When.Sees(sample, out var value) ? Come(rule, memory, Seen(rule.When, sample, ts, value), receivedAt) : (memory, null);
        }

        return memory is { Phase: not RulePhase.Watching } ? LookForClear(rule, memory, sample, ts) : LookForRaise(rule, memory, sample, ts);
    }

    /// <summary>Raises what nothing having come for long enough is a reason for.</summary>
    public static (RuleMemory? Next, RuleDecision? Decision) CheckAbsence(PreparedRule rule, RuleMemory? memory, long now)
    {
        if (memory is not { Phase: RulePhase.Watching, Due: { } due } || due > now)
        {
            return (memory, null);
        }

        var evidence = new AlarmEvidence { At = now, Since = memory.Since, Samples = memory.Track };
        return (memory with { Phase = RulePhase.Raised, Track = [], Due = null }, Raise(rule, evidence));
    }

    /// <summary>The memory after a person cleared the alarm: quiet until the clear condition held.</summary>
    public static RuleMemory Mute(this RuleMemory memory) => memory with { Phase = RulePhase.Muted };

    /// <summary>Whether the rule raises with this evidence, and with nothing less of it.</summary>
    public static bool DerivesRaise(PreparedRule rule, AlarmEvidence evidence) => rule.IsAbsence
        ? evidence.At - evidence.Since >= rule.When.ForMs
        : rule.When.Derives(evidence.Samples) && evidence.At == evidence.Samples[^1].Ts;

    /// <summary>Whether the rule clears with this evidence, and with nothing less of it.</summary>
    public static bool DerivesClear(PreparedRule rule, AlarmEvidence evidence) => rule.IsAbsence
        ? evidence.Samples.Count == 1
        : rule.Clear.Derives(evidence.Samples) && evidence.At == evidence.Samples[^1].Ts;

    private static (RuleMemory? Next, RuleDecision? Decision) LookForRaise(PreparedRule rule, RuleMemory? memory, TelemetrySample sample, long ts)
    {
        var when = rule.When;
        IReadOnlyList<EvidenceSample> before = memory?.Track ?? [];
        if (!when.Sees(sample, out var value) || Leaves(when, before, value))
        {
            return (memory, null);
        }

        var (track, isMet) = when.Step(before, Seen(when, sample, ts, value));
        if (isMet)
        {
            var raised = new RuleMemory { RuleId = rule.Id, Version = rule.Version, Phase = RulePhase.Raised, Track = Seed(rule.Clear, sample, ts) };
            return (raised, Raise(rule, new AlarmEvidence { At = ts, Samples = track }));
        }

        return (ReferenceEquals(track, before) ? memory : Watching(rule, track), null);
    }

    private static (RuleMemory? Next, RuleDecision? Decision) LookForClear(PreparedRule rule, RuleMemory memory, TelemetrySample sample, long ts)
    {
        var clear = rule.Clear;
        if (!clear.Sees(sample, out var value) || Leaves(clear, memory.Track, value))
        {
            return (memory, null);
        }

        var (track, isMet) = clear.Step(memory.Track, Seen(clear, sample, ts, value));
        if (!isMet)
        {
            return (ReferenceEquals(track, memory.Track) ? memory : memory with { Track = track }, null);
        }

        var decision = memory.Phase == RulePhase.Raised ? new RuleDecision(rule.Id, rule, IsRaise: false, new AlarmEvidence { At = ts, Samples = track }) : null;
        return (Watching(rule, Seed(rule.When, sample, ts)), decision);
    }

    private static (RuleMemory? Next, RuleDecision? Decision) Come(PreparedRule rule, RuleMemory? memory, EvidenceSample sample, long receivedAt)
    {
        var decision = memory is { Phase: RulePhase.Raised }
            ? new RuleDecision(rule.Id, rule, IsRaise: false, new AlarmEvidence { At = receivedAt, Samples = [sample] })
            : null;
        return (Waiting(rule, receivedAt, [sample]), decision);
    }

    /// <summary>Most samples say nothing of note: then nothing is made for them.</summary>
    private static bool Leaves(Condition condition, IReadOnlyList<EvidenceSample> track, double value) =>
        condition.Kind != ConditionKind.Rate && (track.Count == 0 || condition.Count > 1) && !condition.Holds(value);

    /// <summary>A rate needs something to compare the next sample with.</summary>
    private static IReadOnlyList<EvidenceSample> Seed(Condition condition, TelemetrySample sample, long ts) =>
        condition.Kind == ConditionKind.Rate && condition.Sees(sample, out var value) ? [Seen(condition, sample, ts, value)] : [];

    private static RuleMemory? Watching(PreparedRule rule, IReadOnlyList<EvidenceSample> track) =>
        track.Count == 0 ? null : new RuleMemory { RuleId = rule.Id, Version = rule.Version, Track = track };

    private static RuleMemory Waiting(PreparedRule rule, long since, IReadOnlyList<EvidenceSample> last) =>
        new() { RuleId = rule.Id, Version = rule.Version, Track = last, Since = since, Due = since + rule.When.ForMs };

    private static EvidenceSample Seen(Condition condition, TelemetrySample sample, long ts, double value) =>
        new(ts, sample.Boot, sample.Seq, condition.Metric is null ? null : value);

    private static RuleDecision Raise(PreparedRule rule, AlarmEvidence evidence) => new(rule.Id, rule, IsRaise: true, evidence);
}
