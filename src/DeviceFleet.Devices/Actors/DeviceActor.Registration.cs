using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Devices.Groups;
using DeviceFleet.Devices.Registration;

namespace DeviceFleet.Devices.Actors;

internal sealed partial class DeviceActor
{
    public async Task<ChangeReply<DeviceRegistration>> WriteRegistration(RegistrationWrite write)
    {
        var turn = await BeginAsync(write.At);
        if (turn.Device.RemovedAt is not null)
        {
            return OfGone<DeviceRegistration>() with { Reason = null };
        }

        var current = turn.Device.Registration;
        var reply = current.Apply(write);
        if (reply is not { Outcome: ChangeOutcome.Applied, Value: { } next })
        {
            return reply;
        }

        turn.Touch();
        turn.Device = turn.Device with { Registration = next };
        turn.Tell(new OutboxItem
        {
            Registration = new RegistrationEvent { DeviceId = turn.Device.DeviceId, Registration = next, OldGroup = current.Group, View = turn.Device.ToView() },
        });
        TellGroups(turn, current.Group, next);
        await CommitAsync(turn);
        return reply;
    }

    /// <summary>Leaving and joining are two calls that a crash may come between: both lie in the outbox until both are done.</summary>
    private static void TellGroups(DeviceTurn turn, GroupPath? old, DeviceRegistration next)
    {
        if (old == next.Group)
        {
            return;
        }

        var leave = new GroupMembership { DeviceId = turn.Device.DeviceId, Version = next.Version, IsMember = false };
        if (old is { } left)
        {
            turn.Tell(new OutboxItem { Membership = new MembershipCall(left, leave) });
        }

        if (next.Group is { } joined)
        {
            turn.Tell(new OutboxItem { Membership = new MembershipCall(joined, leave with { IsMember = true, Observation = turn.Device.Observed() }) });
        }
    }
}
