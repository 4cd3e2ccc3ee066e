using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Credentials;

namespace DeviceFleet.Provisioning.Identities;

/// <summary>What sagas ask for. That the saga is known, has a say, and did not do it before, is settled when these run.</summary>
internal static partial class IdentityTransitions
{
    private static Move Reserve(IdentityState state, IdentityChange change)
    {
        var saga = state.SagaOf(change.Instance)!;
        if (saga.Order.Kind != SagaKind.Provision)
        {
            return Move.Conflict(state, "Only a saga that provisions reserves.");
        }

        // The same step asking again was answered before this. Another step's would take an active device back to where nothing leads on.
        if (saga.Did(IdentityAction.Reserve) || saga.Did(IdentityAction.Activate))
        {
            return Move.Conflict(state, "The saga reserved before, in another step.");
        }

        var next = state with { State = LifecycleState.Provisioning, Since = change.At };
        return Move.Applied(next, $"For hardware {saga.Order.HardwareId}.") with { WasThere = saga.Before.State == LifecycleState.Active };
    }

    private static Move Release(IdentityState state, IdentityChange change)
    {
        var next = state.TakenBack(state.SagaOf(change.Instance)!, change.At);
        return ReferenceEquals(next, state) || IsSameView(state, next) ? Move.Unchanged(state) : Move.Applied(next);
    }

    private static Move Issue(IdentityState state, IdentityChange change, SecretMaker secrets)
    {
        if (state.CredentialOf(change.Instance!) is { RevokedAt: null } made)
        {
            return Move.Unchanged(state) with { CredentialId = made.Id };
        }

        if (state.IsFull(change.At))
        {
            return Move.No(ChangeOutcome.Full, state, $"A device has at most {IdentityLimits.CredentialsMax} credentials; revoke one.");
        }

        var (next, credential, _) = state.WithNew(change, isSagas: true, secrets);
        return Move.Applied(next, $"Credential {credential.Id}.") with { CredentialId = credential.Id };
    }

    private static Move Withdraw(IdentityState state, IdentityChange change)
    {
        var id = state.CredentialOf(change.Instance!)?.Id;
        var next = state.Restored(change.Instance!, change.At);
        return ReferenceEquals(next, state) ? Move.Unchanged(state) with { CredentialId = id } : Move.Applied(next, $"Credential {id}.") with { CredentialId = id };
    }

    private static Move SetAllowed(IdentityState state, IdentityChange change, bool isAllowed)
    {
        var credential = state.CredentialOf(change.Instance!);
        if (isAllowed && credential is not { RevokedAt: null })
        {
            return Move.Conflict(state, "The saga's credential does not count any more.");
        }

        if (credential is null || credential.IsAllowed == isAllowed)
        {
            return Move.Unchanged(state) with { CredentialId = credential?.Id };
        }

        var next = state.WithCredentials(one => one == credential, one => one with { IsAllowed = isAllowed });
        return Move.Applied(next, $"Credential {credential.Id}.") with { CredentialId = credential.Id };
    }

    private static Move NoteTwin(IdentityState state, IdentityChange change)
    {
        if (state.TwinBy is not null && state.TwinBy != change.Instance)
        {
            return Move.Unchanged(state) with { WasThere = true };
        }

        return state.TwinBy is null ? Move.Applied(state with { TwinBy = change.Instance }) : Move.Unchanged(state);
    }

    // A saga that takes back forgets its own twin; one that decommissions forgets whichever there is.
    private static Move ForgetTwin(IdentityState state, IdentityChange change) =>
        state.TwinBy is not null && (state.TwinBy == change.Instance || state.SagaOf(change.Instance)!.Order.Kind == SagaKind.Decommission)
            ? Move.Applied(state with { TwinBy = null })
            : Move.Unchanged(state);

    private static Move Answer(IdentityState state, IdentityChange change) =>
        state.CredentialOf(change.Instance!) is { IsAllowed: true } credential && credential.IsOpen(change.At)
            ? Move.Applied(state, $"Credential {credential.Id}.") with { CredentialId = credential.Id }
            : Move.Conflict(state, "The saga has no credential that the broker takes.");

    private static Move Activate(IdentityState state, IdentityChange change)
    {
        if (state.CredentialOf(change.Instance!) is not { IsAllowed: true } credential || !credential.IsOpen(change.At))
        {
            return Move.Conflict(state, "The saga has no credential that the broker takes.");
        }

        var next = state.Superseded(one => one.Id != credential.Id, change.Instance!, change.At);
        return Move.Applied(next with { State = LifecycleState.Active, Since = change.At }, $"Credential {credential.Id}.") with { CredentialId = credential.Id };
    }

    private static Move Retire(IdentityState state, IdentityChange change)
    {
        if (state.SagaOf(change.Instance)!.Order.Kind != SagaKind.Decommission)
        {
            return Move.Conflict(state, "Only a saga that decommissions retires.");
        }

        var next = state.Superseded(_ => true, change.Instance!, change.At);
        return Move.Applied(next with { State = LifecycleState.Retired, Since = change.At, ConnectedWith = null });
    }

    private static Move RevokeForSaga(IdentityState state, IdentityChange change)
    {
        var next = state.Superseded(
            credential => change.CredentialId is { } id ? id == EveryCredential || id == credential.Id : credential.By != change.Instance, change.Instance!, change.At);
        return ReferenceEquals(next, state) ? Move.Unchanged(state) : Move.Applied(next, Revocations(state, next));
    }

    private static string Revocations(IdentityState before, IdentityState next) => "Credentials "
        + string.Join(", ", next.Credentials.Where(credential => credential.RevokedAt is not null && before.Credentials.Any(old => old.Id == credential.Id && old.RevokedAt is null)).Select(one => one.Id))
        + ".";
}
