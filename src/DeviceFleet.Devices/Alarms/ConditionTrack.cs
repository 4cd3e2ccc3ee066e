using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Devices.Alarms;

/// <summary>
/// How a condition comes to be met over several samples. The track is what has to be remembered of them, and when the condition is met, it is the evidence. By what the condition
/// asks for, it holds:
/// <list type="bullet">
/// <item>at once: nothing; of a rate the newest sample, to compare the next one with.</item>
/// <item>for a time: the samples since it holds without a break, with more than <see cref="RunKeptMax"/> the first and the last half; of a rate the one before them as well.</item>
/// <item>a count: the samples that said so within the time; of a rate all samples of that time, at most <see cref="AlarmLimits.EvidenceSamplesMax"/>.</item>
/// </list>
/// A sample older than the one before it says that the device's clock was set back: the track starts anew with it. Pure.
/// </summary>
internal static class ConditionTrack
{
    /// <summary>Most samples of a run that are remembered: each is stored with every sample while the condition holds.</summary>
    public const int RunKeptMax = 16;

    /// <summary>Takes a sample that the condition sees. The same track when nothing of note happened.</summary>
    public static (IReadOnlyList<EvidenceSample> Track, bool IsMet) Step(this Condition condition, IReadOnlyList<EvidenceSample> track, EvidenceSample sample)
    {
        if (track.Count > 0 && sample.Ts < track[^1].Ts)
        {
            track = [];
        }

        if (condition.Kind == ConditionKind.Rate)
        {
            // Of two samples of the same moment the first counts: there is no change over no time.
            return track.Count == 0 ? ([sample], false) : sample.Ts == track[^1].Ts ? (track, false) : StepRate(condition, track, sample);
        }

        var holds = condition.Holds(sample.Value!.Value);
        if (condition.ForMs > 0)
        {
            return holds ? Run(condition, track, sample, first: 0) : (track.Count == 0 ? track : [], false);
        }

        if (!holds)
        {
            return (track, false);
        }

        return condition.Count == 1 ? ([sample], true) : Hit(condition, track, sample);
    }

    /// <summary>
    /// Whether the samples, one after the other from nothing, meet the condition with the last of them and not before: the decision again, from its evidence alone.
    /// </summary>
    public static bool Derives(this Condition condition, IReadOnlyList<EvidenceSample> evidence)
    {
        IReadOnlyList<EvidenceSample> track = [];
        for (var i = 0; i < evidence.Count; i++)
        {
            // Where the middle of a run was left out, the rate over the gap was never looked at; that the run went on, its last half says.
            if (condition is { Kind: ConditionKind.Rate, ForMs: > 0 } && i == RunKeptMax / 2 && evidence.Count == RunKeptMax)
            {
                track = [.. track, evidence[i]];
                continue;
            }

            (track, var isMet) = condition.Step(track, evidence[i]);
            if (isMet)
            {
                return i == evidence.Count - 1;
            }
        }

        return false;
    }

    private static (IReadOnlyList<EvidenceSample> Track, bool IsMet) StepRate(Condition condition, IReadOnlyList<EvidenceSample> track, EvidenceSample sample)
    {
        var holds = condition.Holds(track[^1], sample);
        if (condition.ForMs > 0)
        {
            return holds ? Run(condition, track, sample, first: 1) : ([sample], false);
        }

        if (condition.Count == 1)
        {
            return holds ? ([track[^1], sample], true) : ([sample], false);
        }

        return Pairs(condition, track, sample);
    }

    /// <summary>The run goes on; it began with the sample at <paramref name="first"/>.</summary>
    private static (IReadOnlyList<EvidenceSample> Track, bool IsMet) Run(Condition condition, IReadOnlyList<EvidenceSample> track, EvidenceSample sample, int first)
    {
        EvidenceSample[] next;
        if (track.Count < RunKeptMax)
        {
            next = [.. track, sample];
        }
        else
        {
            next = [.. track];
            Array.Copy(next, (RunKeptMax / 2) + 1, next, RunKeptMax / 2, (RunKeptMax / 2) - 1);
            next[^1] = sample;
        }

        return (next, sample.Ts - next[first].Ts >= condition.ForMs);
    }

    private static (IReadOnlyList<EvidenceSample> Track, bool IsMet) Hit(Condition condition, IReadOnlyList<EvidenceSample> track, EvidenceSample sample)
    {
        var from = 0;
        while (from < track.Count && sample.Ts - track[from].Ts > condition.WithinMs)
        {
            from++;
        }

        EvidenceSample[] next = [.. track.Skip(from), sample];
        return (next, next.Length >= condition.Count);
    }

    private static (IReadOnlyList<EvidenceSample> Track, bool IsMet) Pairs(Condition condition, IReadOnlyList<EvidenceSample> track, EvidenceSample sample)
    {
        // The first sample is there to compare the second one with: what leaves is a first whose second is out of time.
        var from = Math.Max(0, track.Count + 1 - AlarmLimits.EvidenceSamplesMax);
        while (from < track.Count - 1 && sample.Ts - track[from + 1].Ts > condition.WithinMs)
        {
            from++;
        }

        EvidenceSample[] next = [.. track.Skip(from), sample];
        var hits = 0;
        for (var i = 1; i < next.Length; i++)
        {
            hits += condition.Holds(next[i - 1], next[i]) ? 1 : 0;
        }

        return (next, hits >= condition.Count);
    }
}
