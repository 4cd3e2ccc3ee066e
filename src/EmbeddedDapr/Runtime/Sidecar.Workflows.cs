using EmbeddedDapr.Workflows;

namespace EmbeddedDapr.Runtime;

/// <content>Workflows.</content>
public sealed partial class Sidecar
{
    /// <summary>Actor types that this sidecar hosts with their active actors, those of the workflow engine included.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> ActiveActorTypes =>
        [.. ActorRuntime.CountActive(this).Concat(Workflows.ActorTypes).OrderBy(type => type.Key, StringComparer.Ordinal)];

    /// <summary>Connected workflow workers.</summary>
    public int WorkflowWorkers => Workflows.Running?.Dispatcher.StreamCount ?? 0;

    /// <summary>The management API of workflows.</summary>
    internal WorkflowApi WorkflowManagement => LazyInitializer.EnsureInitialized(ref field, () => new WorkflowApi(Workflows, this))!;

    /// <summary>The workflow engine.</summary>
    internal WorkflowHost Workflows => LazyInitializer.EnsureInitialized(ref field, () => new WorkflowHost(this))!;
}
