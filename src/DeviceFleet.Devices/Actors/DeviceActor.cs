using Dapr.Actors.Runtime;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Alarms;
using DeviceFleet.Devices.Groups;
using DeviceFleet.Devices.Liveness;
using DeviceFleet.ServiceDefaults.Actors;

namespace DeviceFleet.Devices.Actors;

/// <summary>
/// One device. A turn loads the state (from memory once active), lets the pure cores decide, and stores what they made of it as one transaction; the SDK forgets it when
/// the method or the save fails. The files beside this one hold the turns, by what they are about.
/// <para>
/// Save, then send: events lie in the outbox in the state, messages to the device follow from the state; both leave after the save. Reminder
/// <see cref="WakeReminder"/> is set before that save, so whatever a crash interrupts, it wakes the actor, and waking sends what was left. Only when sending fails while
/// the actor lives does <see cref="RetryReminder"/> come sooner.
/// </para>
/// </summary>
internal sealed partial class DeviceActor(ActorHost host, DeviceActorServices services, IActorStateManagerFactory? stateManagers = null)
    : DurableActor(host, stateManagers), IDeviceActor, IRemindable
{
    /// <summary>Comes when the next thing is due: silence, a command's end, the absence of data.</summary>
    public const string WakeReminder = "wake";

    /// <summary>Comes while something could not be sent.</summary>
    public const string RetryReminder = "retry";

    /// <summary>
    /// For when this activation set the wake. Not stored: a first change after each activation sets it anew, so that a scheduler that lost its reminders does not leave
    /// devices online for ever.
    /// </summary>
    private long? _wakeAt;

    /// <summary>
    /// The outbox that this activation published and that is stored still: the next write takes it out, so that telling of a change is not a write of its own. A crash before
    /// that tells it again, which consumers have to expect anyway; the wake takes it out when nothing else comes.
    /// </summary>
    private IReadOnlyList<OutboxItem>? _published;

    public async Task<IngestReply> Ingest(IngestRequest request)
    {
        var turn = await BeginAsync(request.ReceivedAt);
        var before = turn.Device;
        if (before.RemovedAt is not null)
        {
            return IngestOfGone(before, request.Samples.Count);
        }

        var rules = await RulesAsync(turn.Device);
        var run = new RuleRun(rules.Rules, turn.Device.Rules, turn.Now);
        var (next, results) = turn.Device.Ingest(request, services.Limits, PresenceOf(turn.Device), rules.DeviceType, run);
        turn.Device = next;
        await TakeAsync(turn, run);
        if (turn.CameOnline)
        {
            await ReconnectAsync(turn);
        }

        next = turn.Device;
        await CommitAsync(turn);
        return new IngestReply
        {
            Results = results,
            Totals = next.Totals,
            Revision = next.Revision,
            Presence = next.Presence,
            GroupReport = turn.Device.ReportSince(before),
        };
    }

    public async Task<DeviceView> NoteRejected(RejectionNote note)
    {
        var turn = await BeginAsync(note.ReceivedAt);
        if (turn.Device.RemovedAt is not null)
        {
            return turn.Device.ToView();
        }

        turn.Device = turn.Device.NoteRejected(note);
        await CommitAsync(turn);
        return turn.Device.ToView();
    }

    public async Task<DeviceView> GetView() => (await BeginAsync(Now())).Device.ToView();

    public Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period) => reminderName switch
    {
        WakeReminder => WakeAsync(),
        RetryReminder => RetryAsync(),
        _ => UnregisterReminderAsync(reminderName),
    };

    protected override async Task OnActivateAsync()
    {
        var turn = await BeginAsync(Now());
        if (turn.Device.Outbox.Count > 0 || HasUnsent(turn.Device))
        {
            // What a crash left. The SDK saves what this takes out.
            await CatchUpAsync(turn);
            await CommitAllAsync(turn);
        }
    }

    private async Task<DeviceTurn> BeginAsync(long now)
    {
        var stored = await StateManager.TryGetStateAsync<DeviceState>(DeviceTurn.DeviceKey);
        var device = stored.HasValue ? stored.Value : DeviceState.New(DeviceId.Parse(Id.GetId()));
        var isTold = device.Outbox.Count > 0 && ReferenceEquals(device.Outbox, _published);
        return new DeviceTurn(StateManager, device, isTold ? device with { Outbox = [] } : device, now);
    }

    /// <summary>
    /// 1. Bring the alarm rules in line with what the device has become. 2. Set the wake, if it has to come sooner than it would. 3. Save. 4. Send to the device. 5. Publish the
    /// outbox. So each message costs one write: in a turn without effects it is the SDK's after the turn. What an earlier turn could not publish is the reminder's
    /// business, not this caller's.
    /// </summary>
    private async Task CommitAsync(DeviceTurn turn)
    {
        if (!turn.AreRulesFollowed)
        {
            await FollowRulesAsync(turn);
        }

        await WakeNoLaterAsync(NextWake(turn.Device, turn.Now), turn.Now);
        await turn.StoreAsync();
        if (turn.HasEffects)
        {
            await SaveStateAsync();
            await SendAsync(turn);
            await PublishAsync(turn);
        }
    }

    /// <summary>The same, and what earlier turns left in the outbox goes as well; what was published is taken out of the store.</summary>
    private async Task CommitAllAsync(DeviceTurn turn)
    {
        await CommitAsync(turn);
        if (!turn.HasEffects)
        {
            await PublishAsync(turn);
        }

        turn.TakeOutPublished();
        await turn.StoreAsync();
    }

    private async Task SendAsync(DeviceTurn turn)
    {
        var sent = 0;
        var told = turn.Device.Outbox;
        try
        {
            foreach (var message in turn.Downward)
            {
                await services.Downward.SendAsync(message, CancellationToken.None);
                message.Sent?.Invoke();
                sent++;
            }
        }
        catch (Exception exception)
        {
            // Nothing is lost: what the device should have follows from the state, and the retry works it out again.
            Log.SendFailed(Logger, exception, turn.Downward.Count - sent, Id);
            await RetrySoonAsync();
        }

        turn.Downward.Clear();
        await WakeNoLaterAsync(NextWake(turn.Device, turn.Now), turn.Now); // what was sent has to be answered in time
        await turn.StoreAsync();
        if (!ReferenceEquals(turn.Device.Outbox, told))
        {
            await SaveStateAsync(); // what was sent has events of its own
        }
    }

    private async Task PublishAsync(DeviceTurn turn)
    {
        var items = turn.Device.Outbox;
        if (items.Count == 0)
        {
            return;
        }

        try
        {
            await services.Outbox.SendAsync(items);
        }
        catch (Exception exception)
        {
            // The change itself is saved and the turn stands; what is left is telling of it, and a reminder will.
            Log.PublishFailed(Logger, exception, items.Count, Id);
            await RetrySoonAsync();
            return;
        }

        _published = items;
        turn.Device = turn.Device with { Outbox = [] };
    }

    private async Task RetrySoonAsync()
    {
        try
        {
            var after = services.Presence.OutboxRetryAfter;
            await RegisterReminderAsync(RetryReminder, null, after, after);
        }
        catch (Exception exception)
        {
            Log.RetryNotSet(Logger, exception, Id);
        }
    }

    private async Task RetryAsync()
    {
        var turn = await BeginAsync(Now());
        await CatchUpAsync(turn);
        await CommitAllAsync(turn);
        if (turn.Device.Outbox.Count == 0 && !HasUnsent(turn.Device))
        {
            await UnregisterReminderAsync(RetryReminder);
        }
    }

    private async Task WakeAsync()
    {
        _wakeAt = null; // it came; whatever is due next has to be set
        var turn = await BeginAsync(Now());
        await DoWhatIsDueAsync(turn);
        await CommitAllAsync(turn);
        if (NextWake(turn.Device, turn.Now) is null)
        {
            await UnregisterReminderAsync(WakeReminder);
            _wakeAt = null;
        }
    }

    private async Task WakeNoLaterAsync(long? at, long now)
    {
        if (at is { } due && (_wakeAt is not { } set || due < set))
        {
            // Periodic, though one firing would do: should the call that sets it anew be lost, it still comes back.
            await RegisterReminderAsync(WakeReminder, null, TimeSpan.FromMilliseconds(Math.Max(0, due - now)), services.Presence.OfflineAfter);
            _wakeAt = due;
        }
    }

    /// <summary>When the actor has to look again, Unix milliseconds UTC; null: not before somebody calls. While an event waits, it is what wakes the actor after a crash.</summary>
    private long? NextWake(DeviceState device, long now)
    {
        long? next = device.Outbox.Count > 0 ? now + (long)services.Presence.OfflineAfter.TotalMilliseconds : null;
        foreach (var due in DueTimes(device))
        {
            next = due is { } at && (next is null || at < next) ? at : next;
        }

        return next;
    }

    /// <summary>When each of the things that time alone brings about is due, Unix milliseconds UTC.</summary>
    private IEnumerable<long?> DueTimes(DeviceState device) => [device.PresenceDue(PresenceOf(device)), device.Commands.NextDue, AbsenceDue(device)];

    /// <summary>Does what time alone brings about.</summary>
    private async Task DoWhatIsDueAsync(DeviceTurn turn)
    {
        CheckPresence(turn);
        await ExpireCommandsAsync(turn);
        await CheckAbsenceAsync(turn);
    }

    /// <summary>Whether the broker has yet to take something for the device. Desired it keeps for one that is away, commands it does not.</summary>
    private static bool HasUnsent(DeviceState device) => device.Twin.Unsent || (device.IsConnected && device.Commands.Undelivered > 0);

    /// <summary>Sends what the broker has yet to take for the device.</summary>
    private static async Task CatchUpAsync(DeviceTurn turn)
    {
        await SendDesiredAsync(turn);
        await DeliverCommandsAsync(turn);
    }

    /// <summary>The device has a new connection: what it was sent on the one before may not have reached it, and the broker may have been started anew.</summary>
    private static async Task ReconnectAsync(DeviceTurn turn)
    {
        OweDesired(turn, evenIfNeverWritten: false);
        await RepeatCommandsAsync(turn);
        await CatchUpAsync(turn);
    }

    private long Now() => services.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private static partial class Log
    {
        [LoggerMessage(300, LogLevel.Warning, "{Count} events of device {Id} wait in its outbox.")]
        public static partial void PublishFailed(ILogger logger, Exception exception, int count, Dapr.Actors.ActorId id);

        [LoggerMessage(301, LogLevel.Warning, "The retry for device {Id} was not set; its wake will send what is left instead.")]
        public static partial void RetryNotSet(ILogger logger, Exception exception, Dapr.Actors.ActorId id);

        [LoggerMessage(302, LogLevel.Warning, "{Count} messages to device {Id} were not sent.")]
        public static partial void SendFailed(ILogger logger, Exception exception, int count, Dapr.Actors.ActorId id);
    }
}
