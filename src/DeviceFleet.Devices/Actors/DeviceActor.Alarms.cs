using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Alarms;
using DeviceFleet.Devices.Settings;

namespace DeviceFleet.Devices.Actors;

internal sealed partial class DeviceActor
{
    private RulesInForce? _rules;

    public async Task<ChangeReply<DeviceAlarm>> ChangeAlarm(AlarmChange change)
    {
        var turn = await BeginAsync(change.At);
        await FollowRulesAsync(turn);
        var book = await turn.PartAsync(DeviceTurn.AlarmsKey, AlarmBook.Empty);
        var (next, reply) = book.Change(change);
        if (reply is { Outcome: ChangeOutcome.Applied, Value: { } alarm })
        {
            turn.Touch();
            if (change.Action == AlarmAction.Clear)
            {
                turn.Device = turn.Device with { Rules = [.. turn.Device.Rules.Select(memory => memory.RuleId == alarm.Rule.Id ? memory.Mute() : memory)] };
            }

            TellOf(turn, next, alarm);
            turn.Put(DeviceTurn.AlarmsKey, next);
        }

        await CommitAsync(turn);
        return reply;
    }

    public async Task<AlarmList> GetAlarms()
    {
        var turn = await BeginAsync(Now());
        await FollowRulesAsync(turn);
        var book = await turn.PartAsync(DeviceTurn.AlarmsKey, AlarmBook.Empty);
        await CommitAsync(turn);
        return book.ToList();
    }

    /// <summary>When the next absence is due, Unix milliseconds UTC; null: none is waited for.</summary>
    private static long? AbsenceDue(DeviceState device)
    {
        long? next = null;
        for (var i = 0; i < device.Rules.Count; i++)
        {
            next = device.Rules[i].Due is { } due && (next is null || due < next) ? due : next;
        }

        return next;
    }

    /// <summary>The rules and the type of a device, made out anew only when the settings, its registration or its type changed.</summary>
    private async ValueTask<RulesInForce> RulesAsync(DeviceState device)
    {
        var book = await services.Settings.LoadedAsync();
        if (_rules is not { } known || known.Book != book || known.Type != device.Type || known.Registration != device.Registration.Version)
        {
            known = new RulesInForce(book, device.Type, device.Registration.Version, book.TypeOf(device.Type), book.RulesFor(device.Type, device.Registration));
            _rules = known;
        }

        return known;
    }

    /// <summary>
    /// Brings what is remembered in line with the rules in force: an alarm whose rule went, or is no longer for this device, is cleared. Who is only asked for was never there, and has no
    /// rules.
    /// </summary>
    private async Task FollowRulesAsync(DeviceTurn turn)
    {
        if (turn.Device.Revision == 0 || turn.Device.RemovedAt is not null)
        {
            return;
        }

        var rules = await RulesAsync(turn.Device);
        await TakeAsync(turn, new RuleRun(rules.Rules, turn.Device.Rules, turn.Now));
    }

    private async Task CheckAbsenceAsync(DeviceTurn turn)
    {
        var rules = await RulesAsync(turn.Device);
        var run = new RuleRun(rules.Rules, turn.Device.Rules, turn.Now);
        run.CheckAbsence();
        await TakeAsync(turn, run);
    }

    /// <summary>Puts into the turn what the rules remember and decided. Only with a decision are the alarms themselves read and written.</summary>
    private static async Task TakeAsync(DeviceTurn turn, RuleRun run)
    {
        turn.AreRulesFollowed = true;
        if (run.Memories is var memories && !ReferenceEquals(memories, turn.Device.Rules))
        {
            turn.Device = turn.Device with { Rules = memories };
        }

        if (run.Decisions.Count == 0)
        {
            return;
        }

        turn.Touch();
        var book = await turn.PartAsync(DeviceTurn.AlarmsKey, AlarmBook.Empty);
        foreach (var decision in run.Decisions)
        {
            (book, var alarm) = book.Apply(turn.Device.DeviceId, decision, turn.Now);
            if (alarm is not null)
            {
                TellOf(turn, book, alarm);
            }
        }

        turn.Put(DeviceTurn.AlarmsKey, book);
    }

    private static void TellOf(DeviceTurn turn, AlarmBook book, DeviceAlarm alarm)
    {
        turn.Device = turn.Device with { Alarms = book.Summarize() };
        var view = turn.Device.ToView();
        turn.Tell(new OutboxItem { Alarm = new AlarmEvent { Alarm = alarm, At = turn.Now, View = view } });
        turn.Device = turn.Device with { Outbox = [.. turn.Device.Outbox.Select(item => item.Seen(view))] };
    }

    /// <param name="Book">The settings that they were made out from.</param>
    /// <param name="Type">Id of the device's type then.</param>
    /// <param name="Registration">Version of its registration then.</param>
    /// <param name="DeviceType">Its type; null: none is in force.</param>
    /// <param name="Rules">Its rules.</param>
    private sealed record RulesInForce(SettingsBook Book, string? Type, long Registration, DeviceType? DeviceType, PreparedRule[] Rules);
}
