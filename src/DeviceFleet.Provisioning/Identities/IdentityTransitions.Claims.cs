using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Credentials;

namespace DeviceFleet.Provisioning.Identities;

/// <summary>What claims come to.</summary>
internal static partial class IdentityTransitions
{
    /// <summary>How long a device that has to wait does so before it asks again.</summary>
    private const long RetryAfterMs = 2_000;

    private const string DeviceItself = "device";
    private const string ClaimAction = "claim";

    /// <summary>
    /// Takes a claim that its enrolment let in. Whatever it is answered, the device that asks again, with a new nonce, is answered in the same sense: wait, or its identity and secret until
    /// it used the secret, or that it has them.
    /// </summary>
    public static (IdentityState Next, ProvisionAnswer Answer) TakeClaim(this IdentityState state, ClaimTake take, SecretMaker secrets)
    {
        if (take.Verdict is { Reason: { } refused })
        {
            return (state, No(take, refused, take.Verdict.Detail ?? "The enrolment does not let it in."));
        }

        if (Refused(state, take) is { } refusal)
        {
            return (state, refusal);
        }

        var nonces = state.Nonces.Where(nonce => nonce.ExpiresAt > take.At).Append(new StoredNonce(take.Nonce, take.ExpiresAt));
        var start = state with { Nonces = [.. nonces] };
        return start.Running is { } saga ? WhileUnderWay(start, take, saga, secrets) : WhileAtRest(start, take, secrets);
    }

    private static ProvisionAnswer? Refused(IdentityState state, ClaimTake take)
    {
        if (IsOthers(state, take))
        {
            return No(take, RejectionReasons.IdentityTaken, $"{state.DeviceId} belongs to other hardware.");
        }

        if (state.Nonces.Any(nonce => nonce.Nonce == take.Nonce))
        {
            return No(take, RejectionReasons.ClaimReplayed, "The nonce was used before.");
        }

        if (state.Lifecycle is LifecycleState.Suspended or LifecycleState.Retired)
        {
            return No(take, RejectionReasons.NotActive, $"{state.DeviceId} is {Lifecycle.NameOf(state.State)}.");
        }

        return state.Nonces.Count(nonce => nonce.ExpiresAt > take.At) >= IdentityLimits.NoncesMax || state.Outbox.Count >= Outbox.StopAt
            ? No(take, RejectionReasons.TooManyClaims, "Too many claims of this hardware wait to expire.") with { RetryAfterMs = RetryAfterMs }
            : null;
    }

    /// <summary>
    /// An identity that is more than a name belongs to its hardware and its enrolment: another enrolment's key must not open it. One that was registered by hand belongs to no hardware.
    /// A name that is only known is free again, but for hardware that it was readmitted with.
    /// </summary>
    private static bool IsOthers(IdentityState state, ClaimTake take) => state.Lifecycle switch
    {
        null => false,
        LifecycleState.Enrolled when state.Running is null => state.HardwareId is { } hardware && hardware != take.HardwareId,
        _ => state.HardwareId != take.HardwareId || state.EnrolmentId != take.EnrolmentId,
    };

    private static (IdentityState Next, ProvisionAnswer Answer) WhileUnderWay(IdentityState state, ClaimTake take, StoredSaga saga, SecretMaker secrets)
    {
        var next = take.ClaimId is null ? state : state with { Saga = saga with { ClaimId = take.ClaimId, Nonce = take.Nonce } };
        if (saga is not { Order.Kind: SagaKind.Provision, IsAnswered: true } || saga.Progress.State == SagaState.Compensating)
        {
            return (next, Wait(take, saga.Progress.Step));
        }

        return Issued(next, take, saga, secrets) is { } issued ? (next, issued)
            : take.Verdict.MayReprovision ? (next, Wait(take, saga.Progress.Step))
            : (next, Has(state, take));
    }

    private static (IdentityState Next, ProvisionAnswer Answer) WhileAtRest(IdentityState state, ClaimTake take, SecretMaker secrets)
    {
        if (state.Lifecycle == LifecycleState.Active)
        {
            if (state.Saga is { Order.Kind: SagaKind.Provision, Progress.State: SagaState.Done } last && Issued(state, take, last, secrets) is { } issued)
            {
                return (state, issued);
            }

            if (!take.Verdict.MayReprovision)
            {
                return (state, Has(state, take));
            }
        }

        var order = OrderOf(state, take);
        var begun = state.Begun(order, take.Nonce).Send(new OutboxItem { Start = order }) with { Revision = state.Revision + 1 };
        var detail = $"Hardware {take.HardwareId} under {take.EnrolmentId}, saga {order.Instance}.";
        return (begun.Audited(state, ClaimAction, DeviceItself, take.At, detail), Wait(take, begun.Saga!.Progress.Step));
    }

    private static SagaOrder OrderOf(IdentityState state, ClaimTake take) => new()
    {
        Instance = state.NextInstance(SagaKind.Provision),
        Kind = SagaKind.Provision,
        DeviceId = state.DeviceId,
        By = DeviceItself,
        At = take.At,
        HardwareId = take.HardwareId,
        EnrolmentId = take.EnrolmentId,
        ClaimId = take.ClaimId,
        CodeId = take.Verdict.CodeId,
        Allocation = take.Verdict.Allocation,
        NeedsApproval = take.Verdict.NeedsApproval,
        ConnectWithinMs = take.Verdict.ConnectWithinMs,
    };

    /// <summary>Identity and secret, as long as the secret was not used; null: it was.</summary>
    private static ProvisionAnswer? Issued(IdentityState state, ClaimTake take, StoredSaga saga, SecretMaker secrets) =>
        state.CredentialOf(saga.Instance) is { IsAllowed: true, FirstUsedAt: null, Seed: { } seed } credential && credential.IsOpen(take.At)
            ? new ProvisionAnswer
            {
                Nonce = take.Nonce,
                Status = ClaimStatus.Issued,
                DeviceId = state.DeviceId,
                CredentialId = credential.Id,
                Secret = secrets.SecretOf(state.DeviceId, credential.Id, seed),
            }
            : null;

    private static ProvisionAnswer Has(IdentityState state, ClaimTake take) => new() { Nonce = take.Nonce, Status = ClaimStatus.Active, DeviceId = state.DeviceId };

    private static ProvisionAnswer Wait(ClaimTake take, string step) => new() { Nonce = take.Nonce, Status = ClaimStatus.Pending, Step = step, RetryAfterMs = RetryAfterMs };

    private static ProvisionAnswer No(ClaimTake take, string reason, string detail) =>
        new() { Nonce = take.Nonce, Status = ClaimStatus.Refused, Reason = reason, Detail = detail };
}
