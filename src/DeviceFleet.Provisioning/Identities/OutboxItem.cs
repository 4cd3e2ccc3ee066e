using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Sagas;

namespace DeviceFleet.Provisioning.Identities;

/// <summary>Something that leaves once the change that it follows from is stored; exactly one member is there.</summary>
internal sealed record OutboxItem
{
    /// <summary>An entry of the audit, told with the identity as it is when it leaves.</summary>
    public AuditEntry? Audit { get; init; }

    /// <summary>The identity changed without an entry. There is at most one of these: what is told last is always true.</summary>
    public bool? Changed { get; init; }

    /// <summary>A saga to start.</summary>
    public SagaOrder? Start { get; init; }

    /// <summary>An event to raise.</summary>
    public SagaCall? Raise { get; init; }

    /// <summary>The device's session is to be cut. There is at most one of these.</summary>
    public bool? Cut { get; init; }
}

/// <summary>An event for a saga.</summary>
/// <param name="Instance">Which.</param>
/// <param name="Name">The event.</param>
/// <param name="Decision">Its payload; null: none.</param>
internal sealed record SagaCall(string Instance, string Name, SagaDecision? Decision);

/// <summary>The outbox as a list.</summary>
internal static class Outbox
{
    /// <summary>From how many items on nobody but a saga that is under way may change the identity: while nothing can be sent, ever new changes would fill the state.</summary>
    public const int StopAt = 128;

    /// <summary>The list with an item more, unless one that says the same is there.</summary>
    public static IReadOnlyList<OutboxItem> With(this IReadOnlyList<OutboxItem> items, OutboxItem item) => items.Contains(item) ? items : [.. items, item];
}
