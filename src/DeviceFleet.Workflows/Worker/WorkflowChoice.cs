namespace DeviceFleet.Workflows.Worker;

/// <summary>What the registry has for an instance.</summary>
/// <param name="Factory">Makes the workflow; null if there is none.</param>
/// <param name="Version">The version's name; null if the workflow has no versions.</param>
internal readonly record struct WorkflowChoice(Func<IServiceProvider, IWorkflow>? Factory, string? Version)
{
    /// <summary>No workflow of that name.</summary>
    public static WorkflowChoice Unknown => default;

    /// <summary>The name is known, the version the instance needs is not.</summary>
    public static WorkflowChoice VersionMissing => new(null, string.Empty);

    public bool IsVersionMissing => Factory is null && Version is not null;
}
