namespace DeviceFleet.Workflows.Abstractions;

/// <summary>An activity, its types erased. Derive from <see cref="WorkflowActivity{TInput, TOutput}"/> instead of implementing this.</summary>
public interface IWorkflowActivity
{
    /// <summary>What the payload of a call is read as.</summary>
    Type InputType { get; }

    /// <summary>What <see cref="RunAsync"/> returns.</summary>
    Type OutputType { get; }

    /// <summary>Does the work once. May be called several times for one call of the workflow: activities run at least once.</summary>
    /// <param name="context">Who calls.</param>
    /// <param name="input">An <see cref="InputType"/>, or null if the payload is empty.</param>
    Task<object?> RunAsync(WorkflowActivityContext context, object? input);
}
