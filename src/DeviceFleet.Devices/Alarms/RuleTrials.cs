using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Settings;

namespace DeviceFleet.Devices.Alarms;

/// <summary>What a draft rule would have done to recorded samples: the evaluator of the devices, with the samples' own time for the service's clock. Pure.</summary>
internal static class RuleTrials
{
    /// <summary>Most alarms of an answer.</summary>
    public const int AlarmsMax = 1_000;

    private const string DraftId = "draft";

    public static RuleTrialResult Run(RuleTrial trial)
    {
        var rule = trial.Rule.Id.Length == 0 ? trial.Rule with { Id = DraftId } : trial.Rule;
        var faults = RuleFaults.Of(rule);
        CheckSeries(trial.Series, faults);
        if (faults.Count > 0)
        {
            return new RuleTrialResult(faults, [], 0);
        }

        var prepared = new PreparedRule(rule);
        List<DeviceAlarm> alarms = [];
        foreach (var (device, samples) in trial.Series.Where(series => series.Value.Count > 0))
        {
            alarms.AddRange(Replay(DeviceId.Parse(device), prepared, samples, trial.Until));
        }

        return new RuleTrialResult([], [.. alarms.OrderBy(alarm => alarm.RaisedAt).Take(AlarmsMax)], trial.Series.Values.Sum(samples => (long)samples.Count));
    }

    private static void CheckSeries(IReadOnlyDictionary<string, IReadOnlyList<TelemetrySample>> series, List<string> faults)
    {
        if (series.Count > RuleTrial.SeriesMax)
        {
            faults.Add($"series: at most {RuleTrial.SeriesMax}.");
        }

        foreach (var (device, samples) in series.Take(RuleTrial.SeriesMax))
        {
            if (!DeviceId.TryParse(device, out _))
            {
                faults.Add($"series.{device}: that is no device id.");
            }

            if (samples.Count > RuleTrial.SamplesMax)
            {
                faults.Add($"series.{device}: at most {RuleTrial.SamplesMax} samples.");
            }

            if (samples.Any(sample => sample.Ts is null || sample.Metrics is null))
            {
                faults.Add($"series.{device}: each sample needs ts and metrics.");
            }
        }
    }

    private static Dictionary<long, DeviceAlarm>.ValueCollection Replay(DeviceId device, PreparedRule rule, IReadOnlyList<TelemetrySample> samples, long? until)
    {
        var book = AlarmBook.Empty;
        var memory = RuleEvaluator.Begin(rule, samples[0].Ts!.Value);
        Dictionary<long, DeviceAlarm> alarms = [];
        foreach (var sample in samples)
        {
            var ts = sample.Ts!.Value;
            CheckAbsence(ts);
            (memory, var decision) = RuleEvaluator.Look(rule, memory, sample, ts, ts);
            Take(decision, ts);
        }

        CheckAbsence(until ?? samples[^1].Ts!.Value);
        return alarms.Values;

        void CheckAbsence(long now)
        {
            // As the actor's wake: at the moment when it is due.
            var at = Math.Min(memory?.Due ?? now, now);
            (memory, var decision) = RuleEvaluator.CheckAbsence(rule, memory, at);
            Take(decision, at);
        }

        void Take(RuleDecision? decision, long at)
        {
            if (decision is not null)
            {
                (book, var alarm) = book.Apply(device, decision, at);
                alarms[alarm!.Number] = alarm;
            }
        }
    }
}
