using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Credentials;
using DeviceFleet.Provisioning.Sagas;

namespace DeviceFleet.Provisioning.Identities;

/// <summary>What people ask for, and what the broker tells.</summary>
internal static partial class IdentityTransitions
{
    /// <summary>Steps without which a device would be half there.</summary>
    private static readonly string[] MustNotSkip =
        [SagaSteps.Reserve, SagaSteps.Issue, SagaSteps.Allow, SagaSteps.Answer, SagaSteps.Activate, SagaSteps.Revoke, SagaSteps.Retire];

    /// <summary>How long a device may take to come back for its new credential: it may be away for the night.</summary>
    private static readonly TimeSpan RotateWithin = TimeSpan.FromDays(1);

    private static Move Register(IdentityState state, IdentityChange change, SecretMaker secrets)
    {
        var (next, credential, secret) = state.WithNew(change, isSagas: false, secrets);
        return Move.Applied(next with { State = LifecycleState.Active, Since = change.At }, $"By hand, credential {credential.Id}.") with
        {
            CredentialId = credential.Id, Secret = secret,
        };
    }

    private static Move AddCredential(IdentityState state, IdentityChange change, SecretMaker secrets)
    {
        if (state.IsFull(change.At))
        {
            return Move.No(ChangeOutcome.Full, state, $"A device has at most {IdentityLimits.CredentialsMax} credentials; revoke one.");
        }

        var (next, credential, secret) = state.WithNew(change, isSagas: false, secrets);
        return Move.Applied(next, $"Credential {credential.Id}.") with { CredentialId = credential.Id, Secret = secret };
    }

    private static Move Revoke(IdentityState state, IdentityChange change)
    {
        if (change.CredentialId != EveryCredential && !state.Credentials.Any(credential => credential.Id == change.CredentialId))
        {
            return Move.No(ChangeOutcome.NotFound, state, $"The device has no credential {change.CredentialId}.");
        }

        var next = state.Revoked(credential => change.CredentialId is EveryCredential || credential.Id == change.CredentialId, change.By, change.At);
        return ReferenceEquals(next, state) ? Move.Unchanged(state) : Move.Applied(next, Revocations(state, next)) with { CredentialId = change.CredentialId };
    }

    private static Move MoveOn(IdentityState state, IdentityChange change) =>
        Move.Applied(state with { State = Lifecycle.Next(change.Action) ?? state.State, Since = change.At });

    private static Move Begin(IdentityState state, IdentityChange change, SagaKind kind)
    {
        if (kind == SagaKind.Rotate && state.IsFull(change.At))
        {
            return Move.No(ChangeOutcome.Full, state, $"A device has at most {IdentityLimits.CredentialsMax} credentials; revoke one.");
        }

        var order = new SagaOrder
        {
            Instance = state.NextInstance(kind),
            Kind = kind,
            DeviceId = state.DeviceId,
            By = change.By,
            At = change.At,
            HardwareId = state.HardwareId,
            EnrolmentId = state.EnrolmentId,
            ConnectWithinMs = kind == SagaKind.Rotate ? (long)RotateWithin.TotalMilliseconds : 0,
            Reason = change.Reason,
        };
        return Move.Applied(state.Begun(order).Send(new OutboxItem { Start = order }), $"Saga {order.Instance}.");
    }

    private static Move Choose(IdentityState state, IdentityChange change)
    {
        var choice = change.Choice!.Value;
        if (state.Running is not { } saga || (change.ForInstance is { } meant && meant != saga.Instance))
        {
            return Move.Conflict(state, "That saga is not under way.");
        }

        if (saga.Chosen == choice)
        {
            return Move.Unchanged(state);
        }

        if (ChoiceRefusal(saga, choice) is { } refusal)
        {
            return Move.Conflict(state, refusal);
        }

        var call = new SagaCall(saga.Instance, SagaNames.Choice, new SagaDecision(choice, change.By, change.Reason));
        var name = choice.ToString().ToLowerInvariant();
        return Move.Applied((state with { Saga = saga with { Chosen = choice } }).Send(new OutboxItem { Raise = call }), $"{name} at {saga.Progress.Step} of {saga.Instance}.");
    }

    private static string? ChoiceRefusal(StoredSaga saga, SagaChoice choice) => choice switch
    {
        SagaChoice.Retry or SagaChoice.Skip when saga.Progress.State != SagaState.Stuck => "The saga is not stuck.",
        SagaChoice.Skip when MustNotSkip.Contains(saga.Progress.Step) => $"Without step {saga.Progress.Step} the device would be half there.",
        SagaChoice.Approve when saga.Progress.State != SagaState.Approval => "The saga does not wait for an approval.",
        SagaChoice.Compensate when saga.Progress.State == SagaState.Compensating => "The saga is being taken back already.",
        SagaChoice.Retry or SagaChoice.Skip or SagaChoice.Compensate or SagaChoice.Approve => null,
    };

    /// <summary>A first use ends the telling of the secret. The saga that waits hears of each connection, as long as it waits; nothing else changes anything.</summary>
    private static Move Connected(IdentityState state, IdentityChange change)
    {
        if (state.Credentials.FirstOrDefault(one => one.Id == change.CredentialId) is not { } credential)
        {
            return Move.No(ChangeOutcome.NotFound, state, $"The device has no credential {change.CredentialId}.");
        }

        if (state.State is not (LifecycleState.Provisioning or LifecycleState.Active) || !credential.IsAllowed || !credential.IsOpen(change.At))
        {
            // Taken away while the device was connecting: the cut that followed came too early for this session.
            return Move.Unchanged(state.Send(new OutboxItem { Cut = true })) with { CredentialId = credential.Id };
        }

        var next = state.ConnectedWith == credential.Id ? state : state with { ConnectedWith = credential.Id };
        if (next.Running is { AwaitsConnection: true } saga)
        {
            if (credential.By == saga.Instance)
            {
                next = next.Send(new OutboxItem { Raise = new SagaCall(saga.Instance, SagaNames.Connected, null) });
            }
            else if (saga is { Order.Kind: SagaKind.Rotate, IsAnswered: true })
            {
                next = next.Send(new OutboxItem { Raise = new SagaCall(saga.Instance, SagaNames.Seen, null) });
            }
        }

        if (credential.FirstUsedAt is not null)
        {
            return Move.Unchanged(next) with { CredentialId = credential.Id };
        }

        next = next.WithCredentials(one => one == credential, one => one with { FirstUsedAt = change.At, Seed = null });
        return Move.Applied(next, $"First use of credential {credential.Id}.") with { CredentialId = credential.Id };
    }
}
