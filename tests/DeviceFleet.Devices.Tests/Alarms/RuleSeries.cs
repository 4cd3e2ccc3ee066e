using System.Globalization;
using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Alarms;
using DeviceFleet.Devices.Settings;

namespace DeviceFleet.Devices.Tests.Alarms;

/// <summary>Tables of rules: a rule as JSON, samples as text, decisions as text. Times are seconds.</summary>
internal static class RuleSeries
{
    /// <summary>A rule from what is of interest of it.</summary>
    public static PreparedRule Rule(string members)
    {
        List<string> faults = [];
        var rule = SettingShape.Read($$"""{"id":"r","version":1,"severity":"warning",{{members}}}""", ContractsJson.Default.AlarmRule, faults)!;
        Assert.Empty(faults);
        Assert.Empty(RuleFaults.Of(rule));
        return new PreparedRule(rule);
    }

    /// <summary>What a rule decides of samples as <c>10=5</c> (at 10 s the metric t has 5), <c>10u=5</c> (the metric u) or <c>10!</c> (nothing comes, the clock is looked at).</summary>
    public static string Decisions(PreparedRule rule, string samples)
    {
        IReadOnlyList<RuleMemory> memories = [];
        List<string> decisions = [];
        foreach (var text in samples.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = text.TrimEnd('!').Split('=');
            var ts = long.Parse(parts[0].TrimEnd('u'), CultureInfo.InvariantCulture) * 1_000;
            var run = new RuleRun([rule], memories, ts);
            if (parts.Length == 1)
            {
                run.CheckAbsence();
            }
            else
            {
                run.Look(Sample(ts, parts[0].EndsWith('u') ? "u" : "t", double.Parse(parts[1], CultureInfo.InvariantCulture)), ts);
            }

            memories = Restarted(run.Memories);
            decisions.AddRange(run.Decisions.Select(decision =>
            {
                Assert.True(decision.IsRaise ? RuleEvaluator.DerivesRaise(rule, decision.Evidence!) : RuleEvaluator.DerivesClear(rule, decision.Evidence!));
                return $"{(decision.IsRaise ? "raise" : "clear")}@{decision.Evidence!.At / 1_000}";
            }));
        }

        return string.Join(' ', decisions);
    }

    public static TelemetrySample Sample(long ts, string metric, double value) => new() { Ts = ts, Metrics = new Dictionary<string, double> { [metric] = value } };

    /// <summary>As stored and read again.</summary>
    private static List<RuleMemory> Restarted(IReadOnlyList<RuleMemory> memories) =>
        JsonSerializer.Deserialize<List<RuleMemory>>(JsonSerializer.Serialize(memories, StateJson.Options), StateJson.Options)!;
}
