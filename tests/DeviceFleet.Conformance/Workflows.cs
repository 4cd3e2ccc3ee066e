using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace DeviceFleet.Conformance;

/// <summary>Scenarios played by the official JavaScript worker: `-class DeviceFleet.Conformance.Workflows` plays them alone.</summary>
public sealed class Workflows(Replayer replayer) : AreaTests(replayer, "workflows")
{
    [Theory, WorkflowScenarios]
    public Task Is_as_recorded(string scenario) => PlayAsync(scenario);
}

/// <summary>One test case for each script in <c>workflows/scenarios</c>, named <c>workflows/NAME</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WorkflowScenariosAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) => new(
    [
        .. Directory.GetFiles(Path.Combine(Kit.Folder, "workflows", "scenarios"), "*.mjs")
            .Select(file => "workflows/" + Path.GetFileNameWithoutExtension(file))
            .Order(StringComparer.Ordinal)
            .Select(name => new TheoryDataRow<string>(name) { TestDisplayName = name }),
    ]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
