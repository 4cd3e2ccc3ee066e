using System.Text.Json;
using System.Text.RegularExpressions;

namespace DeviceFleet.Conformance;

/// <summary>Holds CHECKLIST.md to what exists.</summary>
public sealed partial class ChecklistTests
{
    /// <summary>Rows of section 13 of the contract: letter, and how many there are of it.</summary>
    private static readonly (char Letter, int Count)[] Sections = [('L', 4), ('A', 9), ('S', 4), ('P', 5), ('B', 4), ('I', 1), ('C', 2), ('K', 1), ('G', 2), ('O', 1)];

    private static readonly string[] Rows = [.. File.ReadAllLines(Path.Combine(Kit.Folder, "CHECKLIST.md")).Where(line => RowId().IsMatch(line))];

    [Fact]
    public void Every_row_of_the_contract_is_there()
    {
        var expected = Sections.SelectMany(section => Enumerable.Range(1, section.Count).Select(number => $"{section.Letter}{number}"));

        Assert.Equal(expected, Rows.Select(row => RowId().Match(row).Groups["id"].Value));
    }

    [Fact]
    public void Every_name_is_a_scenario_or_a_test()
    {
        var scenarios = Directory.GetFiles(Path.Combine(Kit.Folder, "cases"), "*.json").SelectMany(Names).ToHashSet(StringComparer.Ordinal);
        var sources = Directory.GetFiles(Path.Combine(Kit.Folder, ".."), "*Tests.cs", SearchOption.AllDirectories)
            .ToLookup(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText, StringComparer.Ordinal);

        var unknown =
            from row in Rows
            from Match name in TestName().Matches(row[(row.LastIndexOf('|', row.Length - 2) + 1)..])
            where !scenarios.Contains(name.Groups["name"].Value) && !IsTest(name.Groups["name"].Value, sources)
            select name.Value;

        Assert.Empty(unknown);
    }

    private static bool IsTest(string name, ILookup<string, string> sources)
    {
        var parts = name.Split('.');
        return parts.Length == 2 && sources[parts[0]].Any(source => parts[1] == "*" || source.Contains($" {parts[1]}(", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Names(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(scenario => scenario.GetProperty("name").GetString()!)];
    }

    [GeneratedRegex(@"^\| (?<id>[A-Z]\d) \|")]
    private static partial Regex RowId();

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex TestName();
}
