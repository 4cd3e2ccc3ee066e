using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace DeviceFleet.Conformance;

/// <summary>Counts for each area and the deviations with their reasons, as a text beside the test results.</summary>
internal sealed class Summary
{
    private readonly ConcurrentDictionary<string, (string Area, string Outcome, double Seconds)> _played = [];

    /// <summary>Notes an outcome: <c>equal</c>, <c>different</c>, <c>deliberate</c> or <c>unavailable</c>.</summary>
    public void Add(string area, string scenario, string outcome, double seconds) => _played[scenario] = (area, outcome, seconds);

    /// <summary>Writes <c>test-output/conformance.txt</c>.</summary>
    public void Write()
    {
        Directory.CreateDirectory(Kit.Output);
        File.WriteAllText(Path.Combine(Kit.Output, "conformance.txt"), Text());
    }

    private string Text()
    {
        var text = new StringBuilder("area                 equal  different  deliberate  unavailable  seconds\n");
        foreach (var area in _played.Values.GroupBy(scenario => scenario.Area).OrderBy(area => area.Key, StringComparer.Ordinal))
        {
            Row(text, area.Key, [.. area]);
        }

        Row(text, "all", [.. _played.Values]);
        foreach (var (scenario, reason) in Deviations.Reasons.Where(deviation => _played.ContainsKey(deviation.Key)))
        {
            text.Append("deliberate: ").Append(scenario).Append(": ").Append(reason).Append('\n');
        }

        return text.ToString();
    }

    private static void Row(StringBuilder text, string name, (string Area, string Outcome, double Seconds)[] played)
    {
        int Count(string outcome) => played.Count(scenario => scenario.Outcome == outcome);
        text.Append(CultureInfo.InvariantCulture,
            $"{name,-20} {Count("equal"),5} {Count("different"),10} {Count("deliberate"),11} {Count("unavailable"),12} {played.Sum(scenario => scenario.Seconds),8:F0}\n");
    }
}
