namespace DeviceFleet.Workflows;

/// <summary>A workflow, its types erased. Derive from <see cref="Workflow{TInput, TOutput}"/> instead of implementing this.</summary>
public interface IWorkflow
{
    /// <summary>What the payload of the start is read as.</summary>
    Type InputType { get; }

    /// <summary>What <see cref="RunAsync"/> returns.</summary>
    Type OutputType { get; }

    /// <summary>Runs the workflow from its beginning; what has happened already is answered from history.</summary>
    /// <param name="context">The only source of time, randomness and effects.</param>
    /// <param name="input">An <see cref="InputType"/>, or null if the payload is empty.</param>
    Task<object?> RunAsync(WorkflowContext context, object? input);
}
