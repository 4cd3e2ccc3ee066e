using System.Diagnostics.CodeAnalysis;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Fleet;

namespace DeviceFleet.Gateway.Settings;

/// <summary>Body of a trial as callers send it.</summary>
internal sealed record RuleTrialOrder
{
    /// <summary>The draft.</summary>
    public required AlarmRule Rule { get; init; }

    /// <summary>Devices whose remembered samples are taken.</summary>
    public IReadOnlyList<string>? Devices { get; init; }

    /// <summary>Recorded samples by device, each oldest first; one named here is not looked up.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<TelemetrySample>>? Series { get; init; }

    /// <summary>Until when absence is looked for, Unix milliseconds UTC; null: the last sample of each series.</summary>
    public long? Until { get; init; }

    /// <summary>The trial with its samples.</summary>
    public bool TryToTrial(FleetModel model, [NotNullWhen(true)] out RuleTrial? trial, [NotNullWhen(false)] out string? fault)
    {
        trial = null;
        if (Rule?.When is null)
        {
            fault = "A rule says when to raise.";
            return false;
        }

        var series = new Dictionary<string, IReadOnlyList<TelemetrySample>>(Series ?? new Dictionary<string, IReadOnlyList<TelemetrySample>>());
        if (series.Values.Any(samples => samples is null || samples.Count > RuleTrial.SamplesMax || samples.Any(sample => sample?.Metrics is null)))
        {
            fault = $"A series has at most {RuleTrial.SamplesMax} samples, each with metrics.";
            return false;
        }

        foreach (var name in (Devices ?? []).Distinct().Take(RuleTrial.SeriesMax + 1))
        {
            if (!DeviceId.TryParse(name, out var device) || !model.Knows(device))
            {
                fault = "No device of this name was ever heard of: " + (name?.Length > DeviceId.LengthMax ? name[..DeviceId.LengthMax] : name);
                return false;
            }

            series.TryAdd(name, Remembered(model, device));
        }

        if (series.Count is 0 or > RuleTrial.SeriesMax)
        {
            fault = $"From 1 to {RuleTrial.SeriesMax} devices, or series.";
            return false;
        }

        trial = new RuleTrial { Rule = Rule, Series = series, Until = Until };
        fault = null;
        return true;
    }

    /// <summary>Only the metrics that the rule looks at, or a hundred devices' samples would not fit one call; for a rule that looks at none, one.</summary>
    private List<TelemetrySample> Remembered(FleetModel model, DeviceId device)
    {
        string?[] wanted = [Rule.When.Metric, Rule.Clear?.Metric];
        var any = wanted.All(name => name is null);
        List<TelemetrySample> samples = [];
        foreach (var point in model.Recent(device))
        {
            var metrics = (any ? point.Metrics.Take(1) : point.Metrics.Where(metric => wanted.Contains(metric.Key))).ToDictionary();
            if (metrics.Count > 0)
            {
                samples.Add(new TelemetrySample { Ts = point.Ts, Metrics = metrics });
            }
        }

        return samples;
    }
}
