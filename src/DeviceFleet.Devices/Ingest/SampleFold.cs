using System.Diagnostics;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Alarms;
using DeviceFleet.Devices.Settings;

namespace DeviceFleet.Devices.Ingest;

/// <summary>Folds one message's samples into what a device's state keeps of them: window, last values, counts. What is newest, the rules look at.</summary>
internal sealed class SampleFold(DeviceState start, long receivedAt, IngestLimits limits, DeviceType? type, RuleRun? rules)
{
    private SequenceWindow? _window = start.Window;
    private IReadOnlyDictionary<string, double> _metrics = start.Metrics;
    private long? _metricsAt = start.MetricsAt;
    private string? _lastRejection = start.LastRejection;
    private int _applied;
    private int _duplicates;
    private int _tooLate;
    private int _invalid;
    private int _unsequenced;

    /// <summary>Whether any sample was the current boot's own: counted, or sent again.</summary>
    public bool IsAlive => _applied + _duplicates > 0;

    public SampleResult Take(TelemetrySample sample)
    {
        if ((limits.Fault(sample, receivedAt) ?? NamesFault(sample) ?? TypeFault(sample)) is { } fault)
        {
            _invalid++;
            return Refuse(SampleOutcome.Invalid, fault);
        }

        if (sample is not { Boot: { } boot, Seq: { } seq })
        {
            // Half an identity is none: without both, nothing tells a sample from its repetition.
            _applied++;
            _unsequenced++;
            KeepValues(sample, isNewest: (sample.Ts ?? receivedAt) >= (_metricsAt ?? long.MinValue));
            return new SampleResult(SampleOutcome.Applied);
        }

        var (verdict, next) = _window is null ? (SequenceVerdict.Newest, SequenceWindow.StartingAt(boot, seq)) : _window.Accept(boot, seq);
        _window = next;
        switch (verdict)
        {
            case SequenceVerdict.Newest:
            case SequenceVerdict.Late:
                _applied++;
                KeepValues(sample, isNewest: verdict == SequenceVerdict.Newest);
                return new SampleResult(SampleOutcome.Applied);
            case SequenceVerdict.Seen:
                _duplicates++;
                return new SampleResult(SampleOutcome.Duplicate);
            case SequenceVerdict.TooLate:
                _tooLate++;
                return Refuse(SampleOutcome.TooLate, RejectionReasons.TooLate);
            case SequenceVerdict.OldBoot:
                _tooLate++;
                return Refuse(SampleOutcome.TooLate, RejectionReasons.OldBoot);
            default:
                throw new UnreachableException();
        }
    }

    public DeviceState Fold(DeviceState state)
    {
        var totals = state.Totals;
        return state with
        {
            Window = _window,
            Metrics = _metrics,
            MetricsAt = _metricsAt,
            LastRejection = _lastRejection,
            Totals = new DeviceTotals(
                totals.Received + _applied + _duplicates + _tooLate + _invalid,
                totals.Applied + _applied,
                totals.Duplicates + _duplicates,
                totals.TooLate + _tooLate,
                totals.Invalid + _invalid,
                totals.Unsequenced + _unsequenced),
        };
    }

    private SampleResult Refuse(SampleOutcome outcome, string reason)
    {
        _lastRejection = reason;
        return new SampleResult(outcome, reason);
    }

    /// <summary>A device may not grow its state without end by naming ever new metrics.</summary>
    private string? NamesFault(TelemetrySample sample)
    {
        if (_metrics.Count + sample.Metrics.Count <= IngestLimits.MetricsPerDeviceMax)
        {
            return null;
        }

        var added = sample.Metrics.Keys.Count(name => !_metrics.ContainsKey(name));
        return _metrics.Count + added > IngestLimits.MetricsPerDeviceMax ? RejectionReasons.OutOfBounds : null;
    }

    private string? TypeFault(TelemetrySample sample) => type is null || type.Allows(sample) ? null : RejectionReasons.OutOfType;

    private void KeepValues(TelemetrySample sample, bool isNewest)
    {
        if (!isNewest)
        {
            return;
        }

        _metrics = Merge(_metrics, sample.Metrics);
        _metricsAt = sample.Ts ?? receivedAt;
        rules?.Look(sample, _metricsAt.Value);
    }

    private static IReadOnlyDictionary<string, double> Merge(IReadOnlyDictionary<string, double> old, IReadOnlyDictionary<string, double> sample)
    {
        // Most devices send the same metrics each time: then the sample is the merge.
        if (old.Count <= sample.Count && old.Keys.All(sample.ContainsKey))
        {
            return sample;
        }

        var merged = new Dictionary<string, double>(old);
        foreach (var (name, value) in sample)
        {
            merged[name] = value;
        }

        return merged;
    }
}
