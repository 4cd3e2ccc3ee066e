using System.Diagnostics.CodeAnalysis;

namespace DeviceFleet.Workflows;

/// <summary>What one workflow instance of a lineage had done. Names are compared without regard to case.</summary>
/// <param name="instanceId">The instance.</param>
/// <param name="appId">Its app.</param>
/// <param name="name">The workflow's name.</param>
/// <param name="activities">Its calls of activities, in their order.</param>
/// <param name="childWorkflows">Its calls of child workflows, in their order.</param>
public sealed class PropagatedHistoryEvent(
    string instanceId,
    string appId,
    string name,
    IReadOnlyList<PropagatedHistoryActivityResult> activities,
    IReadOnlyList<PropagatedHistoryWorkflowResult> childWorkflows)
{
    /// <summary>The instance.</summary>
    public string InstanceId { get; } = instanceId;

    /// <summary>Its app.</summary>
    public string AppId { get; } = appId;

    /// <summary>The workflow's name.</summary>
    public string Name { get; } = name;

    /// <summary>Its calls of activities, in their order.</summary>
    public IReadOnlyList<PropagatedHistoryActivityResult> Activities { get; } = activities;

    /// <summary>Its calls of child workflows, in their order.</summary>
    public IReadOnlyList<PropagatedHistoryWorkflowResult> Workflows { get; } = childWorkflows;

    /// <summary>Its calls of one activity.</summary>
    public IReadOnlyList<PropagatedHistoryActivityResult> GetActivitiesByName(string name) =>
        [.. Activities.Where(activity => string.Equals(activity.Name, name, StringComparison.OrdinalIgnoreCase))];

    /// <summary>Its calls of one child workflow.</summary>
    public IReadOnlyList<PropagatedHistoryWorkflowResult> GetWorkflowsByName(string name) =>
        [.. Workflows.Where(workflow => string.Equals(workflow.Name, name, StringComparison.OrdinalIgnoreCase))];

    /// <summary>Its last call of one activity.</summary>
    public bool TryGetLastActivityByName(string name, [NotNullWhen(true)] out PropagatedHistoryActivityResult? result) =>
        (result = Activities.LastOrDefault(activity => string.Equals(activity.Name, name, StringComparison.OrdinalIgnoreCase))) is not null;

    /// <summary>Its last call of one child workflow.</summary>
    public bool TryGetLastWorkflowByName(string name, [NotNullWhen(true)] out PropagatedHistoryWorkflowResult? result) =>
        (result = Workflows.LastOrDefault(workflow => string.Equals(workflow.Name, name, StringComparison.OrdinalIgnoreCase))) is not null;
}
