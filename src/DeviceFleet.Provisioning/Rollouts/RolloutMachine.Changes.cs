using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>What people do with a rollout.</summary>
internal sealed partial class RolloutMachine
{
    public (ChangeOutcome Outcome, string? Detail) Change(RolloutChange change, long now)
    {
        if (RolloutFaults.Of(change) is { } fault)
        {
            return (ChangeOutcome.Invalid, fault);
        }

        return (change.Action, Head.State) switch
        {
            (RolloutAction.Pause, RolloutState.Running) => Pause(change),
            (RolloutAction.Pause, RolloutState.Paused) => (ChangeOutcome.Unchanged, null),
            (RolloutAction.Resume, RolloutState.Paused) => Resume(now),
            (RolloutAction.Resume, RolloutState.Running) => (ChangeOutcome.Unchanged, null),
            (RolloutAction.Cancel, RolloutState.Running or RolloutState.Paused) => Cancel(change, now),
            (RolloutAction.Cancel, RolloutState.Cancelled) => (ChangeOutcome.Unchanged, null),
            (RolloutAction.RollBack, RolloutState.Running or RolloutState.Paused) => RollBack(change, now),
            (RolloutAction.RollBack, RolloutState.RollingBack) => (ChangeOutcome.Unchanged, null),
            (_, RolloutState.RollingBack) => (ChangeOutcome.Conflict, "It puts devices back, which is not held up."),
            (RolloutAction.Pause or RolloutAction.Resume or RolloutAction.Cancel or RolloutAction.RollBack, _) => (ChangeOutcome.Conflict, "It has ended."),
            _ => (ChangeOutcome.Invalid, "No such action."),
        };
    }

    private static string Said(string what, RolloutChange change) => change.Reason is { Length: > 0 } reason ? $"{what} by {change.By}: {reason}" : $"{what} by {change.By}.";

    private (ChangeOutcome Outcome, string? Detail) Pause(RolloutChange change)
    {
        Head = Head with { State = RolloutState.Paused, Detail = Said("Paused", change) };
        Touch(isState: true);
        return (ChangeOutcome.Applied, null);
    }

    private (ChangeOutcome Outcome, string? Detail) Resume(long now)
    {
        // The time of those whose order was held back begins only now.
        for (var position = 0; position < _entries.Length; position++)
        {
            if (_entries[position] is { IsUpdating: true, ToldAt: null } held)
            {
                Put(position, held with { BegunAt = now });
            }
        }

        Head = Head with { State = RolloutState.Running, Detail = null };
        Touch(isState: true);
        return (ChangeOutcome.Applied, null);
    }

    private (ChangeOutcome Outcome, string? Detail) Cancel(RolloutChange change, long now)
    {
        Stop(RolloutState.Cancelled, RolloutState.Cancelled, Said("Cancelled", change), now);
        Advance([], now);
        return (ChangeOutcome.Applied, null);
    }

    private (ChangeOutcome Outcome, string? Detail) RollBack(RolloutChange change, long now)
    {
        Stop(RolloutState.RollingBack, RolloutState.Cancelled, Said("Rolled back", change), now);
        Advance([], now);
        return (ChangeOutcome.Applied, null);
    }
}
