using DeviceFleet.Workflows.Abstractions;

namespace DeviceFleet.Workflows;

/// <summary>
/// One step of a workflow: ordinary code with effects. It runs at least once for each call; <see cref="WorkflowActivityContext.TaskExecutionKey"/> is the
/// same each time and serves as key of idempotency. A new object is made, in a scope of its own, for every run.
/// </summary>
/// <typeparam name="TInput">What it is called with; written and read as JSON.</typeparam>
/// <typeparam name="TOutput">What it returns; written and read as JSON.</typeparam>
public abstract class WorkflowActivity<TInput, TOutput> : IWorkflowActivity
{
    Type IWorkflowActivity.InputType => typeof(TInput);

    Type IWorkflowActivity.OutputType => typeof(TOutput);

    /// <summary>Runs the activity with an input whose type is known at run time only.</summary>
    /// <param name="context">Who calls.</param>
    /// <param name="input">A <typeparamref name="TInput"/>, or null for its default.</param>
    /// <exception cref="InvalidCastException">The input is of another type.</exception>
    public async Task<object?> RunAsync(WorkflowActivityContext context, object? input) => await RunAsync(context, input is null ? default! : (TInput)input);

    /// <summary>The activity's code. What it throws reaches the workflow as <see cref="WorkflowTaskFailedException"/>.</summary>
    /// <param name="context">Who calls.</param>
    /// <param name="input">What the workflow passed; default if that was nothing.</param>
    public abstract Task<TOutput> RunAsync(WorkflowActivityContext context, TInput input);
}
