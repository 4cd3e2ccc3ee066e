using System.Text.Json;

namespace DeviceFleet.Conformance;

/// <summary>Scenarios that we answer differently on purpose, with the reason. Source: <c>deviations.json</c>.</summary>
internal static class Deviations
{
    /// <summary>Reason by name of the scenario.</summary>
    public static IReadOnlyDictionary<string, string> Reasons { get; } =
        JsonSerializer.Deserialize<SortedDictionary<string, string>>(File.ReadAllBytes(Path.Combine(Kit.Folder, "deviations.json")))!;
}
