using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace DeviceFleet.Conformance;

/// <summary>What <c>replay.py</c> answers for a scenario.</summary>
/// <param name="Result"><c>equal</c>, <c>different</c>, or <c>unavailable</c>: a program it needs is missing.</param>
/// <param name="Why">What is missing.</param>
/// <param name="Differences">One line each; empty if equal.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="IsAlways">Unavailable wherever it is played: only the real <c>daprd</c> can be held to it.</param>
internal sealed partial record Replay(
    [property: JsonPropertyName("result")] string Result,
    [property: JsonPropertyName("why")] string? Why,
    [property: JsonPropertyName("differences")] string[]? Differences,
    [property: JsonPropertyName("seconds")] double Seconds,
    [property: JsonPropertyName("always")] bool IsAlways = false)
{
    /// <summary>It did and said the same, only not when it should.</summary>
    [JsonIgnore]
    public bool DiffersInTimesOnly => Differences is { Length: > 0 } lines && lines.All(IsOfTime);

    private static bool IsOfTime(string line) =>
        line.Contains(" ms now (tolerance ", StringComparison.Ordinal) || line.Contains(" calls in the window when recorded, ", StringComparison.Ordinal)
        || DueTimes().IsMatch(line);

    [GeneratedRegex("""\.due: recorded "turn \+ [0-9.]+ s", now "turn \+ [0-9.]+ s"$""", RegexOptions.ExplicitCapture)]
    private static partial Regex DueTimes();
}
