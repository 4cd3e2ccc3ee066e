using System.Globalization;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Identities;

/// <summary>What an identity knows of its sagas: which one is under way, how far it is, what it did. Pure.</summary>
internal static class SagaBook
{
    /// <summary>The name of the next saga of a kind.</summary>
    public static string NextInstance(this IdentityState state, SagaKind kind) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind.ToString().ToLowerInvariant()}-{state.DeviceId}-{state.SagaCount + 1}");

    /// <summary>The saga of that name, if it is the last or the one before; else null.</summary>
    public static StoredSaga? SagaOf(this IdentityState state, string? instance) =>
        state.Saga?.Instance == instance ? state.Saga : state.EarlierSaga?.Instance == instance ? state.EarlierSaga : null;

    /// <summary>Takes an order as the saga that is under way from now on.</summary>
    public static IdentityState Begun(this IdentityState state, SagaOrder order, string? nonce = null)
    {
        var saga = new StoredSaga
        {
            Order = order,
            Progress = new SagaProgress
            {
                Instance = order.Instance,
                Kind = order.Kind,
                State = SagaState.Running,
                Step = SagaSteps.Of(order.Kind)[0],
                StepSince = order.At,
                StartedAt = order.At,
                By = order.By,
            },
            Before = new SagaBefore(state.Lifecycle ?? LifecycleState.Enrolled, state.HardwareId, state.EnrolmentId),
            ClaimId = order.ClaimId,
            Nonce = order.ClaimId is null ? null : nonce,
        };
        var isNew = state.Lifecycle is null;
        return state with
        {
            Saga = saga,
            EarlierSaga = state.Saga,
            SagaCount = NumberOf(order.Instance) is < long.MaxValue and var number ? Math.Max(state.SagaCount + 1, number) : state.SagaCount + 1,
            State = isNew ? LifecycleState.Enrolled : state.State,
            Since = isNew ? order.At : state.Since,
            HardwareId = order.Kind == SagaKind.Provision ? order.HardwareId : state.HardwareId,
            EnrolmentId = order.Kind == SagaKind.Provision ? order.EnrolmentId : state.EnrolmentId,
        };
    }

    /// <summary>Whether an order whose saga is not known may begin: none is under way, and it is none of before.</summary>
    public static bool MayBegin(this IdentityState state, SagaOrder order) =>
        state.Running is null && order.DeviceId == state.DeviceId && state.SagaOf(order.Instance) is null && NumberOf(order.Instance) > state.SagaCount;

    /// <summary>Remembers what a saga did.</summary>
    public static IdentityState WithDeed(this IdentityState state, string instance, SagaDeed deed) =>
        state.Saga?.Instance == instance ? state with { Saga = state.Saga with { Deeds = [.. state.Saga.Deeds, deed] } } : state;

    /// <summary>
    /// Takes what a saga says of how far it is, unless it is late: of a saga that has ended, of a step before, or of going on with what is being taken back. The end of a saga brings with
    /// it what it means.
    /// </summary>
    public static IdentityState WithProgress(this IdentityState state, SagaProgress? progress, long at)
    {
        if (progress is null || state.Running is not { } saga || saga.Instance != progress.Instance || IsLate(saga, progress) || IsSame(saga.Progress, progress))
        {
            return state;
        }

        var next = state with { Saga = saga with { Progress = progress, Chosen = null } };
        return progress.State switch
        {
            SagaState.Done => next.Sealed(saga.Instance),
            SagaState.Compensated => next.TakenBack(saga, at),
            SagaState.Running or SagaState.Waiting or SagaState.Approval or SagaState.Stuck or SagaState.Compensating => next,
        };
    }

    /// <summary>The identity without anything that the saga did.</summary>
    public static IdentityState TakenBack(this IdentityState state, StoredSaga saga, long at)
    {
        var next = state.Restored(saga.Instance, at);
        if (next.TwinBy == saga.Instance)
        {
            next = next with { TwinBy = null };
        }

        if (saga.Order.Kind == SagaKind.Provision)
        {
            next = next with { HardwareId = saga.Before.HardwareId, EnrolmentId = saga.Before.EnrolmentId };
        }

        var isMoved = next.State switch
        {
            LifecycleState.Provisioning => true,
            LifecycleState.Active => saga.Did(IdentityAction.Activate),
            LifecycleState.Retired => saga.Did(IdentityAction.Retire),
            LifecycleState.Enrolled or LifecycleState.Suspended => false,
        };
        return isMoved && next.State != saga.Before.State ? next with { State = saga.Before.State, Since = at } : next;
    }

    /// <summary>Whether two say the same.</summary>
    public static bool IsSame(SagaProgress one, SagaProgress other) => one with { Skipped = other.Skipped } == other && one.Skipped.SequenceEqual(other.Skipped);

    /// <summary>Whether a saga that says that it is done did what makes it so.</summary>
    public static bool MayBeDone(this StoredSaga saga) => saga.Order.Kind switch
    {
        SagaKind.Provision => saga.Did(IdentityAction.Activate),
        SagaKind.Rotate => saga.Did(IdentityAction.Revoke),
        SagaKind.Decommission => saga.Did(IdentityAction.Retire),
    };

    private static bool IsLate(StoredSaga saga, SagaProgress progress)
    {
        if (progress.State == SagaState.Done && !saga.MayBeDone())
        {
            return true;
        }

        var isBack = progress.State is SagaState.Compensating or SagaState.Compensated;
        return saga.Progress.State == SagaState.Compensating ? !isBack : !isBack && saga.IndexOf(progress.Step) < saga.IndexOf(saga.Progress.Step);
    }

    // The number at the end of an instance's name; of one without a number, the highest: nothing says that it is of before.
    private static long NumberOf(string instance) =>
        int.TryParse(instance.AsSpan(instance.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;
}
