using DeviceFleet.Workflows.Abstractions;
using DeviceFleet.Workflows.Worker;
using Grpc.Net.Client;

namespace DeviceFleet.Workflows;

/// <summary>
/// What a worker runs, and its bounds. All workers of one app must register the same workflows and activities: the sidecar gives any item to any of them.
/// Names are looked up without regard to case; the first registration of a name wins.
/// </summary>
public sealed partial class WorkflowRuntimeOptions
{
    internal WorkflowRegistry Registry { get; } = new();

    /// <summary>Options of the connection; null: the default ones, without a limit for messages.</summary>
    public GrpcChannelOptions? GrpcChannelOptions { get; private set; }

    /// <summary>Registers a workflow.</summary>
    /// <param name="name">The name callers use; null: that of its attribute, or its type's simple name.</param>
    public void RegisterWorkflow<TWorkflow>(string? name = null)
        where TWorkflow : class, IWorkflow => Registry.Add(name ?? WorkflowRegistry.NameOf(typeof(TWorkflow)), WorkflowFactory.Of<TWorkflow>());

    /// <summary>Registers a function as workflow.</summary>
    /// <param name="name">The name callers use.</param>
    /// <param name="implementation">The workflow's code; the rules of <see cref="Workflow{TInput, TOutput}"/> hold for it.</param>
    public void RegisterWorkflow<TInput, TOutput>(string name, Func<WorkflowContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentNullException.ThrowIfNull(implementation);
        Registry.Add(name, _ => new FunctionWorkflow<TInput, TOutput>(implementation));
    }

    /// <summary>
    /// Registers one version of a workflow. New instances run the version registered last; running ones keep theirs, and stall while no worker has it.
    /// Not part of Dapr.Workflow, which gives each version a name of its own.
    /// </summary>
    /// <param name="name">The name callers use for all versions.</param>
    /// <param name="version">This version's name, unique among them and kept in the history.</param>
    public void RegisterWorkflowVersion<TWorkflow>(string name, string version)
        where TWorkflow : class, IWorkflow => Registry.AddVersion(name, version, WorkflowFactory.Of<TWorkflow>());

    /// <summary>Registers an activity.</summary>
    /// <param name="name">The name callers use; null: that of its attribute, or its type's simple name.</param>
    public void RegisterActivity<TActivity>(string? name = null)
        where TActivity : class, IWorkflowActivity => Registry.Add(name ?? WorkflowRegistry.NameOf(typeof(TActivity)), ActivityFactory.Of<TActivity>());

    /// <summary>Registers a function as activity.</summary>
    /// <param name="name">The name callers use.</param>
    /// <param name="implementation">The activity's code.</param>
    public void RegisterActivity<TInput, TOutput>(string name, Func<WorkflowActivityContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentNullException.ThrowIfNull(implementation);
        Registry.Add(name, _ => new FunctionActivity<TInput, TOutput>(implementation));
    }

    /// <summary>Sets the options of the connection to the sidecar, for worker and client.</summary>
    public void UseGrpcChannelOptions(GrpcChannelOptions grpcChannelOptions)
    {
        ArgumentNullException.ThrowIfNull(grpcChannelOptions);
        GrpcChannelOptions = grpcChannelOptions;
    }
}
