using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Provisioning.Identities;

/// <summary>What an action came to, before it is counted and told.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Next">The identity after it.</param>
internal sealed record Move(ChangeOutcome Outcome, IdentityState Next)
{
    /// <summary>Why not, for a person; or for the audit, what was done.</summary>
    public string? Detail { get; init; }

    public string? CredentialId { get; init; }

    public string? Secret { get; init; }

    public bool WasThere { get; init; }

    public bool IsDone => Outcome is ChangeOutcome.Applied or ChangeOutcome.Unchanged;

    public static Move Applied(IdentityState next, string? detail = null) => new(ChangeOutcome.Applied, next) { Detail = detail };

    public static Move Unchanged(IdentityState state) => new(ChangeOutcome.Unchanged, state);

    public static Move No(ChangeOutcome outcome, IdentityState state, string detail) => new(outcome, state) { Detail = detail };

    public static Move Conflict(IdentityState state, string detail) => No(ChangeOutcome.Conflict, state, detail);
}
