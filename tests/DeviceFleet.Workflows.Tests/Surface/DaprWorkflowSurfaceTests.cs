namespace DeviceFleet.Workflows.Tests.Surface;

/// <summary>
/// Every public member of the package Dapr.Workflow is here under the same name, with the same parameters and defaults, in the namespace
/// DeviceFleet.Workflows: moving from one to the other is a change of usings. What differs on purpose is listed.
/// </summary>
public sealed class DaprWorkflowSurfaceTests
{
    /// <summary>Parts of lines of the package that have no equal here, and why.</summary>
    private static readonly Dictionary<string, string> Missing = new(StringComparer.Ordinal)
    {
        ["WorkflowAutoRegistry"] = "what a source generator of that package fills",
        ["WorkflowRuntimeOptions.ApplyRegistrations("] = "plumbing between its two assemblies",
        ["IWorkflowsFactory"] = "plumbing between its two assemblies",
        ["IDaprWorkflowBuilder"] = "an interface without members",
        ["RetryInterceptor"] = "its worker's retries, public by accident",
        ["StartWorkflowOptions"] = "no member of that package takes it",
        ["(IDaprSerializer "] = "a type of Dapr.Common; IWorkflowSerializer has its members",
    };

    [Fact]
    public void Every_public_member_of_the_package_is_here()
    {
        var ours = PublicSurface.Of(typeof(WorkflowContext).Assembly).ToHashSet(StringComparer.Ordinal);
        var theirs = PublicSurface.Of(typeof(Dapr.Workflow.WorkflowContext).Assembly).Concat(PublicSurface.Of(typeof(Dapr.Workflow.DaprWorkflowClient).Assembly));

        var missing = theirs.Where(line => !ours.Contains(line)).ToArray();

        Assert.DoesNotContain(missing, line => !Missing.Keys.Any(known => line.Contains(known, StringComparison.Ordinal)));
        Assert.DoesNotContain(Missing.Keys, known => !missing.Any(line => line.Contains(known, StringComparison.Ordinal)));
    }
}
