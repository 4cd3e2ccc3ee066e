namespace DeviceFleet.Workflows;

/// <summary>
/// A durable function. Its code runs again from the beginning in every turn, and must then ask for the same things in the same order: time, randomness
/// and effects come from the <see cref="WorkflowContext"/> only, and only tasks of that context (and combinations of them) are awaited.
/// A new object is made for every turn, so fields keep nothing.
/// </summary>
/// <typeparam name="TInput">What it is started with; written and read as JSON.</typeparam>
/// <typeparam name="TOutput">What it returns; written and read as JSON.</typeparam>
public abstract class Workflow<TInput, TOutput> : IWorkflow
{
    Type IWorkflow.InputType => typeof(TInput);

    Type IWorkflow.OutputType => typeof(TOutput);

    async Task<object?> IWorkflow.RunAsync(WorkflowContext context, object? input) => await RunAsync(context, input is null ? default! : (TInput)input);

    /// <summary>The workflow's code. What it throws ends the instance as failed.</summary>
    /// <param name="context">The only source of time, randomness and effects.</param>
    /// <param name="input">What the instance was started with; default if that was nothing.</param>
    public abstract Task<TOutput> RunAsync(WorkflowContext context, TInput input);
}
