using System.Reflection;
using System.Text.Json;
using Xunit.Sdk;
using Xunit.v3;

namespace DeviceFleet.Conformance;

/// <summary>The scenarios of one area, one test case each, named by the scenario. Source: <c>cases/AREA.json</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ScenariosAttribute(string area) : DataAttribute
{
    /// <summary>Name of the area: the file's name without its ending.</summary>
    public string Area { get; } = area;

    public override async ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        using var file = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Kit.Folder, "cases", Area + ".json")));
        return [.. file.RootElement.GetProperty("cases").EnumerateArray()
            .Select(scenario => scenario.GetProperty("name").GetString()!)
            .Select(name => new TheoryDataRow<string>(name) { TestDisplayName = $"{Area}/{name}" })];
    }

    public override bool SupportsDiscoveryEnumeration() => true;
}
