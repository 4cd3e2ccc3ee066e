using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Credentials;

namespace DeviceFleet.Provisioning.Identities;

/// <summary>
/// What a change makes of an identity: the next state, with what follows from it in its outbox, and the answer. Reads no clock and does no I/O. The files beside this one hold the
/// actions, by who asks for them.
/// </summary>
internal static partial class IdentityTransitions
{
    private const int ByLengthMax = 128;
    private const string EveryCredential = "*";

    /// <summary>
    /// Takes a change: 1. Is it well-formed? 2. Does the saga that asks still have a say, and did it do this before? 3. Is it legal in this state? 4. Do it. 5. Remember it for the saga,
    /// and how far the saga is. 6. Count, audit and tell.
    /// </summary>
    public static (IdentityState Next, ChangeReply<IdentityReply> Reply) Apply(this IdentityState state, IdentityChange change, SecretMaker? secrets)
    {
        if (Fault(change) is { } fault)
        {
            return (state, ReplyTo(Move.No(ChangeOutcome.Invalid, state, fault)));
        }

        var start = Adopted(state, change);
        var move = Fenced(start, change) ?? Illegal(start, change) ?? Do(start, change, secrets);
        if (!move.IsDone)
        {
            return (state, ReplyTo(move with { Next = state }));
        }

        var next = move.Next;
        if (IsSagas(change))
        {
            next = Remembered(next, change, move).WithProgress(change.Progress, change.At);
        }

        next = Told(state, next, change, move);
        var outcome = change.Action == IdentityAction.Progress && next.Revision == state.Revision ? ChangeOutcome.Unchanged : move.Outcome;
        return (next, ReplyTo(move with { Outcome = outcome, Next = next }));
    }

    /// <summary>The identity as others see it, and null where there is none.</summary>
    private static ChangeReply<IdentityReply> ReplyTo(Move move) => new()
    {
        Outcome = move.Outcome,
        Detail = move.IsDone ? null : move.Detail,
        Value = move.Next.Lifecycle is null
            ? null
            : new IdentityReply
            {
                Identity = move.Next.ToView(),
                CredentialId = move.CredentialId,
                Secret = move.Secret,
                WasThere = move.WasThere,
                ClaimId = move.Next.Running?.ClaimId,
                Nonce = move.Next.Running?.Nonce,
            },
    };

    private static string? Fault(IdentityChange change) => change switch
    {
        { By.Length: 0 or > ByLengthMax } => $"By has to be 1 to {ByLengthMax} characters.",
        { Reason.Length: > IdentityLimits.ReasonLengthMax } => $"A reason has at most {IdentityLimits.ReasonLengthMax} characters.",
        { Instance: null, Action: var action } when IsOnlySagas(action) => $"Only a saga may {Lifecycle.NameOf(action)}.",
        { Instance: not null, Action: not IdentityAction.Revoke and var action } when !IsOnlySagas(action) => $"No saga may {Lifecycle.NameOf(action)}.",
        { Action: IdentityAction.Progress, Progress: null } => "Progress is missing.",
        { Action: IdentityAction.Choose, Choice: null } => "The choice is missing.",
        { Action: IdentityAction.Connected or IdentityAction.Revoke, CredentialId: null, Instance: null } => "The credential is missing.",
        { Instance: { } instance, Progress: { } progress } when progress.Instance != instance => "The progress is another saga's.",
        _ => null,
    };

    private static bool IsOnlySagas(IdentityAction action) => action switch
    {
        IdentityAction.Progress or IdentityAction.Reserve or IdentityAction.Release or IdentityAction.Issue or IdentityAction.Withdraw or IdentityAction.Allow
            or IdentityAction.Forbid or IdentityAction.NoteTwin or IdentityAction.ForgetTwin or IdentityAction.Answer or IdentityAction.Activate or IdentityAction.Retire => true,
        IdentityAction.Register or IdentityAction.Connected or IdentityAction.Suspend or IdentityAction.Resume or IdentityAction.Readmit or IdentityAction.AddCredential
            or IdentityAction.Revoke or IdentityAction.Rotate or IdentityAction.Decommission or IdentityAction.Choose => false,
    };

    private static bool IsSagas(IdentityChange change) => IsOnlySagas(change.Action) || change is { Action: IdentityAction.Revoke, Instance: not null };

    // One that decommissions goes forward by forgetting the twin.
    private static bool IsTakingBack(IdentityAction action, SagaKind kind) =>
        action is IdentityAction.Release or IdentityAction.Withdraw or IdentityAction.Forbid || (action == IdentityAction.ForgetTwin && kind != SagaKind.Decommission);

    // A saga that somebody started without a claim brings its order with it.
    private static IdentityState Adopted(IdentityState state, IdentityChange change) =>
        change is { Action: IdentityAction.Reserve, Order: { } order } && order.Instance == change.Instance && state.MayBegin(order) ? state.Begun(order) : state;

    /// <summary>Whether the saga that asks has no say any more, or did this before; null: neither.</summary>
    private static Move? Fenced(IdentityState state, IdentityChange change)
    {
        if (!IsSagas(change))
        {
            return null;
        }

        if (state.SagaOf(change.Instance) is not { } saga)
        {
            return Move.Conflict(state, $"Saga {change.Instance} is not under way.");
        }

        if (change.Action == IdentityAction.Progress)
        {
            return FencedProgress(state, saga, change.Progress!);
        }

        var isTakenBack = saga.Progress.State is SagaState.Compensating or SagaState.Compensated;
        if (isTakenBack && !IsTakingBack(change.Action, saga.Order.Kind))
        {
            return Move.Conflict(state, "The saga is being taken back.");
        }

        if (saga.Deeds.FirstOrDefault(deed => deed.Step == change.Step && deed.Action == change.Action) is { } deed)
        {
            return Move.Unchanged(state) with { CredentialId = deed.CredentialId, WasThere = deed.WasThere };
        }

        return !saga.HasEnded ? null : isTakenBack ? Move.Unchanged(state) : Move.Conflict(state, "The saga has ended.");
    }

    private static Move? FencedProgress(IdentityState state, StoredSaga saga, SagaProgress progress) => saga switch
    {
        _ when SagaBook.IsSame(saga.Progress, progress) => Move.Unchanged(state),
        { HasEnded: true } => Move.Conflict(state, "The saga has ended."),
        _ when progress.State == SagaState.Done && !saga.MayBeDone() => Move.Conflict(state, "The saga has not done what it is for."),
        { Progress.State: SagaState.Compensating } when progress.State is not (SagaState.Compensating or SagaState.Compensated) => Move.Conflict(state, "The saga is being taken back."),
        _ => null,
    };

    private static Move? Illegal(IdentityState state, IdentityChange change)
    {
        if (Lifecycle.Refusal(state.Lifecycle, change.Action) is { } refusal)
        {
            return Move.No(state.Lifecycle is null ? ChangeOutcome.NotFound : ChangeOutcome.Conflict, state, refusal);
        }

        if (IsSagas(change) || change.Action == IdentityAction.Connected)
        {
            return null;
        }

        if (state.Outbox.Count >= Outbox.StopAt)
        {
            return Move.No(ChangeOutcome.Full, state, "Too much waits to be told of this identity; try again later.");
        }

        return state.Running is { } saga && !MayMeanwhile(change.Action, saga.Order.Kind) ? Move.Conflict(state, $"Saga {saga.Instance} is under way.") : null;
    }

    /// <summary>What a person may do while a saga is under way: decide on it, lock out at once, take away credentials.</summary>
    private static bool MayMeanwhile(IdentityAction action, SagaKind underWay) =>
        action is IdentityAction.Choose or IdentityAction.Revoke || (underWay == SagaKind.Rotate && action is IdentityAction.Suspend or IdentityAction.Resume);

    // Whoever has no master key can still do all that makes no secret.
    private static SecretMaker Needed(SecretMaker? secrets) => secrets ?? throw new ArgumentNullException(nameof(secrets));

    private static Move Do(IdentityState state, IdentityChange change, SecretMaker? secrets) => change.Action switch
    {
        IdentityAction.Progress => Move.Applied(state),
        IdentityAction.Reserve => Reserve(state, change),
        IdentityAction.Release => Release(state, change),
        IdentityAction.Issue => Issue(state, change, Needed(secrets)),
        IdentityAction.Withdraw => Withdraw(state, change),
        IdentityAction.Allow => SetAllowed(state, change, isAllowed: true),
        IdentityAction.Forbid => SetAllowed(state, change, isAllowed: false),
        IdentityAction.NoteTwin => NoteTwin(state, change),
        IdentityAction.ForgetTwin => ForgetTwin(state, change),
        IdentityAction.Answer => Answer(state, change),
        IdentityAction.Activate => Activate(state, change),
        IdentityAction.Retire => Retire(state, change),
        IdentityAction.Connected => Connected(state, change),
        IdentityAction.Revoke => change.Instance is null ? Revoke(state, change) : RevokeForSaga(state, change),
        IdentityAction.Register => Register(state, change, Needed(secrets)),
        IdentityAction.AddCredential => AddCredential(state, change, Needed(secrets)),
        IdentityAction.Suspend or IdentityAction.Resume or IdentityAction.Readmit => MoveOn(state, change),
        IdentityAction.Rotate => Begin(state, change, SagaKind.Rotate),
        IdentityAction.Decommission => Begin(state, change, SagaKind.Decommission),
        IdentityAction.Choose => Choose(state, change),
    };

    private static IdentityState Remembered(IdentityState state, IdentityChange change, Move move)
    {
        if (change.Action == IdentityAction.Progress || state.SagaOf(change.Instance) is not { HasEnded: false } saga
            || saga.Deeds.Any(deed => deed.Step == change.Step && deed.Action == change.Action))
        {
            return state;
        }

        return state.WithDeed(saga.Instance, new SagaDeed(change.Step, change.Action, move.CredentialId, move.WasThere));
    }

    /// <summary>Counts what others can see, writes the audit, and puts into the outbox what tells of it.</summary>
    private static IdentityState Told(IdentityState before, IdentityState next, IdentityChange change, Move move)
    {
        var isAudited = move.Outcome == ChangeOutcome.Applied && change.Action != IdentityAction.Progress;
        if (!isAudited && IsSameView(before, next))
        {
            return next;
        }

        next = next with { Revision = before.Revision + 1 };
        if (IsCut(before, next, change))
        {
            next = next.Send(new OutboxItem { Cut = true });
        }

        return isAudited ? next.Audited(before, Lifecycle.NameOf(change.Action), change.By, change.At, Joined(move.Detail, change.Reason)) : next.Send(new OutboxItem { Changed = true });
    }

    // Everything that others see of an identity is replaced when it changes.
    private static bool IsSameView(IdentityState before, IdentityState next) =>
        ReferenceEquals(before.Saga?.Progress, next.Saga?.Progress) && ReferenceEquals(before.Credentials, next.Credentials)
        && (before.State, before.HardwareId, before.EnrolmentId, before.TwinBy) == (next.State, next.HardwareId, next.EnrolmentId, next.TwinBy);

    /// <summary>
    /// A session is cut when the device may be connected with what does not let it in any more. When a saga puts a new credential into the place of old ones and the device connected with
    /// the new one last, it stays.
    /// </summary>
    private static bool IsCut(IdentityState before, IdentityState next, IdentityChange change) => change.Action switch
    {
        IdentityAction.Suspend => true,
        IdentityAction.Revoke when change.Instance is null => next.EndedSince(before),
        _ => next.EndedSince(before) && !next.IsConnectedWell(change.At),
    };

    private static IdentityState Send(this IdentityState state, OutboxItem item) => state with { Outbox = state.Outbox.With(item) };

    private static IdentityState Audited(this IdentityState state, IdentityState before, string action, string by, long at, string? detail)
    {
        var number = state.AuditCount + 1;
        var isMoved = before.Lifecycle != state.State;
        var entry = new AuditEntry
        {
            Id = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{state.DeviceId}/{number}"),
            At = at,
            By = by,
            Action = action,
            DeviceId = state.DeviceId,
            Detail = detail,
            From = isMoved ? before.Lifecycle : null,
            To = isMoved ? state.State : null,
        };
        return (state with { AuditCount = number, Audit = [.. state.Audit, entry] }).Send(new OutboxItem { Audit = entry });
    }

    private static string? Joined(string? done, string? reason) => (done, reason) switch
    {
        (null, _) => reason,
        (_, null) => done,
        _ => $"{done} {reason}",
    };
}
