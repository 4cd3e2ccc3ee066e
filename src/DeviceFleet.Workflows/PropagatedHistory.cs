using System.Diagnostics.CodeAnalysis;

namespace DeviceFleet.Workflows;

/// <summary>What the callers of a workflow handed over of their histories.</summary>
/// <param name="events">One for each instance, in the order the sidecar gave.</param>
public sealed class PropagatedHistory(IReadOnlyList<PropagatedHistoryEvent> events)
{
    /// <summary>One for each instance, in the order the sidecar gave.</summary>
    public IReadOnlyList<PropagatedHistoryEvent> Events { get; } = events;

    /// <summary>The apps that took part, each once, in their order.</summary>
    public IReadOnlyList<string> GetAppIds() => [.. Events.Select(instance => instance.AppId).Distinct(StringComparer.Ordinal)];

    /// <summary>The instances of one app.</summary>
    public IReadOnlyList<PropagatedHistoryEvent> GetByAppId(string appId) =>
        [.. Events.Where(instance => string.Equals(instance.AppId, appId, StringComparison.Ordinal))];

    /// <summary>The instances of that id.</summary>
    public IReadOnlyList<PropagatedHistoryEvent> GetByInstanceId(string instanceId) =>
        [.. Events.Where(instance => string.Equals(instance.InstanceId, instanceId, StringComparison.Ordinal))];

    /// <summary>The instances of one workflow, whatever the case of its name.</summary>
    public IReadOnlyList<PropagatedHistoryEvent> GetEventsByWorkflowName(string name) =>
        [.. Events.Where(instance => string.Equals(instance.Name, name, StringComparison.OrdinalIgnoreCase))];

    /// <summary>The last instance of one workflow.</summary>
    public bool TryGetLastWorkflowEventByName(string name, [NotNullWhen(true)] out PropagatedHistoryEvent? result) =>
        (result = Events.LastOrDefault(instance => string.Equals(instance.Name, name, StringComparison.OrdinalIgnoreCase))) is not null;
}
