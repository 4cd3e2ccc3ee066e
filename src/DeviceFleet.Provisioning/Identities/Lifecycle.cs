using System.Text.Json;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Identities;

/// <summary>
/// The lifecycle of a device, as one table: which action is legal in which state, and what state it leads to. All that is not here is refused. Null as a state: there is no
/// identity yet; null as an aim: the state stays, or is put back to what it was before the saga. Pure.
/// </summary>
internal static class Lifecycle
{
    private static readonly LifecycleState?[] Known =
        [LifecycleState.Enrolled, LifecycleState.Provisioning, LifecycleState.Active, LifecycleState.Suspended, LifecycleState.Retired];

    private static readonly Dictionary<IdentityAction, (LifecycleState?[] From, LifecycleState? To)> Table = new()
    {
        [IdentityAction.Register] = ([null, LifecycleState.Enrolled], LifecycleState.Active),
        [IdentityAction.Reserve] = ([null, LifecycleState.Enrolled, LifecycleState.Active], LifecycleState.Provisioning),
        [IdentityAction.Activate] = ([LifecycleState.Provisioning], LifecycleState.Active),
        [IdentityAction.Suspend] = ([LifecycleState.Active], LifecycleState.Suspended),
        [IdentityAction.Resume] = ([LifecycleState.Suspended], LifecycleState.Active),
        [IdentityAction.Retire] = ([LifecycleState.Enrolled, LifecycleState.Active, LifecycleState.Suspended], LifecycleState.Retired),
        [IdentityAction.Readmit] = ([LifecycleState.Retired], LifecycleState.Enrolled),

        // These leave the state as it is.
        [IdentityAction.Issue] = ([LifecycleState.Provisioning, LifecycleState.Active], null),
        [IdentityAction.Allow] = ([LifecycleState.Provisioning, LifecycleState.Active], null),
        [IdentityAction.Answer] = ([LifecycleState.Provisioning, LifecycleState.Active], null),
        [IdentityAction.NoteTwin] = ([LifecycleState.Provisioning], null),
        [IdentityAction.AddCredential] = ([LifecycleState.Active], null),
        [IdentityAction.Rotate] = ([LifecycleState.Active], null),
        [IdentityAction.Decommission] = ([LifecycleState.Enrolled, LifecycleState.Active, LifecycleState.Suspended], null),

        // What takes back or takes away works wherever there is an identity.
        [IdentityAction.Release] = (Known, null),
        [IdentityAction.Withdraw] = (Known, null),
        [IdentityAction.Forbid] = (Known, null),
        [IdentityAction.ForgetTwin] = (Known, null),
        [IdentityAction.Revoke] = (Known, null),
        [IdentityAction.Connected] = (Known, null), // where nobody may connect, it cuts the session
        [IdentityAction.Progress] = (Known, null),
        [IdentityAction.Choose] = (Known, null),
    };

    /// <summary>Null: legal. Else why not.</summary>
    public static string? Refusal(LifecycleState? from, IdentityAction action) => Table[action].From.Contains(from)
        ? null
        : from is { } state ? $"An identity that is {NameOf(state)} takes no {NameOf(action)}." : $"There is no identity to {NameOf(action)}.";

    /// <summary>The state after a legal action; null: it stays, or is put back.</summary>
    public static LifecycleState? Next(IdentityAction action) => Table[action].To;

    /// <summary>As people and the wire say it.</summary>
    public static string NameOf(IdentityAction action) => JsonNamingPolicy.KebabCaseLower.ConvertName(action.ToString());

    /// <summary>As people and the wire say it.</summary>
    public static string NameOf(LifecycleState state) => JsonNamingPolicy.KebabCaseLower.ConvertName(state.ToString());
}
