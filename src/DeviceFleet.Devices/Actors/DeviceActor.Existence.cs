using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Alarms;
using DeviceFleet.Devices.Registration;

namespace DeviceFleet.Devices.Actors;

/// <summary>
/// How a device comes to be, and ceases. What is left of one that ceased is a tombstone, under which nothing that was still on its way makes it again: versions and revisions go on from
/// there, so that no consumer takes an old event for a new one.
/// </summary>
internal sealed partial class DeviceActor
{
    private const string Gone = "The device was removed.";

    public async Task<ChangeReply<DeviceRegistration>> Create(DeviceCreate create)
    {
        var turn = await BeginAsync(create.At);
        var current = turn.Device.Registration;
        if (turn.Device.RemovedAt is not null && turn.Device.KeptFrom == create.By)
        {
            // What a saga took back, none of its activities that comes late brings back.
            return new ChangeReply<DeviceRegistration> { Outcome = ChangeOutcome.Conflict, Value = current, Detail = $"{create.By} took the device back before." };
        }

        var wasThere = turn.Device is { Revision: > 0, RemovedAt: null };
        if (wasThere && current.Version > 0)
        {
            return new ChangeReply<DeviceRegistration> { Outcome = ChangeOutcome.Unchanged, Value = current };
        }

        var write = new RegistrationWrite
        {
            SetType = true,
            Type = create.Type,
            Tags = create.Tags.ToDictionary(tag => tag.Key, string? (tag) => tag.Value),
            By = create.By,
            At = create.At,
        };
        var reply = current.Apply(write);
        if (reply.Outcome == ChangeOutcome.Invalid)
        {
            return reply;
        }

        // A version of its own even where nothing is said of the device: it is what lists know it by.
        var next = reply.Outcome == ChangeOutcome.Applied ? reply.Value! : current with { Version = current.Version + 1, By = create.By, At = create.At };
        turn.Touch();
        turn.Device = turn.Device with { RemovedAt = null, KeptFrom = null, Registration = next };
        turn.Tell(new OutboxItem { Registration = new RegistrationEvent { DeviceId = turn.Device.DeviceId, Registration = next, View = turn.Device.ToView() } });
        await CommitAsync(turn);
        return new ChangeReply<DeviceRegistration> { Outcome = wasThere ? ChangeOutcome.Unchanged : ChangeOutcome.Applied, Value = next };
    }

    public async Task<DeviceView> Drain(DeviceDrain drain)
    {
        var turn = await BeginAsync(drain.At);
        if (turn.Device.RemovedAt is null && turn.Device.Revision > 0)
        {
            var (book, expired) = await CommandsAsync(turn);
            var (next, ended) = book.CancelAll(drain.By, turn.Now);
            Keep(turn, next, [.. expired, .. ended]);
            await ClearAlarmsAsync(turn, drain);
            await CommitAsync(turn);
        }

        return turn.Device.ToView();
    }

    public async Task<ChangeReply<DeviceRegistration>> Remove(DeviceRemoval removal)
    {
        var turn = await BeginAsync(removal.At);
        var old = turn.Device;
        if (old.RemovedAt is not null || old.Revision == 0)
        {
            return await KeepAwayAsync(turn, removal);
        }

        var registration = new DeviceRegistration { Version = old.Registration.Version + 1, By = removal.By, At = removal.At };
        turn.Touch();
        turn.Device = DeviceState.New(old.DeviceId) with
        {
            Revision = turn.Device.Revision,
            RemovedAt = removal.At,
            KeptFrom = removal.KeepsAway ? removal.By : null,
            Registration = registration,
            Outbox = old.Outbox,
        };
        turn.Wipe();
        if (old.Registration.Group is { } left)
        {
            var leave = new GroupMembership { DeviceId = old.DeviceId, Version = registration.Version, IsMember = false };
            turn.Tell(new OutboxItem { Membership = new MembershipCall(left, leave) });
        }

        turn.Tell(new OutboxItem { Removed = new DeviceRemovedEvent(old.DeviceId, turn.Device.Revision, removal.By, removal.At) });
        if (old.Twin.DesiredVersion > 0)
        {
            turn.Downward.Add(new DownwardMessage(MqttTopics.Desired(old.DeviceId), ReadOnlyMemory<byte>.Empty, Retain: true)); // the broker forgets what it kept
        }

        await CommitAsync(turn);
        return new ChangeReply<DeviceRegistration> { Outcome = ChangeOutcome.Applied, Value = registration };
    }

    /// <summary>There is no device; who asked that there be none cannot make one later. Nobody is told: nobody knew of it.</summary>
    private async Task<ChangeReply<DeviceRegistration>> KeepAwayAsync(DeviceTurn turn, DeviceRemoval removal)
    {
        if (removal.KeepsAway && turn.Device.KeptFrom != removal.By)
        {
            turn.Touch();
            turn.Device = turn.Device with { RemovedAt = turn.Device.RemovedAt ?? removal.At, KeptFrom = removal.By };
            await CommitAsync(turn);
        }

        return new ChangeReply<DeviceRegistration> { Outcome = ChangeOutcome.Unchanged, Value = turn.Device.Registration };
    }

    private static async Task ClearAlarmsAsync(DeviceTurn turn, DeviceDrain drain)
    {
        var book = await turn.PartAsync(DeviceTurn.AlarmsKey, AlarmBook.Empty);
        foreach (var open in book.Open)
        {
            var change = new AlarmChange { AlarmId = open.Id, Action = AlarmAction.Clear, By = drain.By, At = drain.At };
            (book, var reply) = book.Change(change);
            if (reply is { Outcome: ChangeOutcome.Applied, Value: { } alarm })
            {
                turn.Touch();
                turn.Device = turn.Device with { Rules = [.. turn.Device.Rules.Select(memory => memory.RuleId == alarm.Rule.Id ? memory.Mute() : memory)] };
                TellOf(turn, book, alarm);
                turn.Put(DeviceTurn.AlarmsKey, book);
            }
        }
    }

    private static IngestReply IngestOfGone(DeviceState tombstone, int samples) => new()
    {
        Results = [.. Enumerable.Repeat(new SampleResult(SampleOutcome.Invalid, RejectionReasons.NotActive), samples)],
        Totals = tombstone.Totals,
        Revision = tombstone.Revision,
        Presence = tombstone.Presence,
    };

    private static ChangeReply<T> OfGone<T>()
        where T : class => new() { Outcome = ChangeOutcome.NotFound, Detail = Gone, Reason = RejectionReasons.NotActive };
}
