using Dapr.Actors.Runtime;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Ingest;
using DeviceFleet.Devices.Publishing;
using DeviceFleet.ServiceDefaults.Actors;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Twin;

/// <summary>
/// One device. A turn loads the state (from memory once active), lets <see cref="DeviceTransitions"/> decide, and sets it; the SDK saves it as one
/// transaction after the method, and forgets it when the method or the save fails.
/// <para>
/// Presence events leave through the outbox in the state: save, then publish, then take out. Reminder <see cref="WatchReminder"/> is set before that
/// save, so whatever a crash interrupts, it wakes the actor, and waking flushes the outbox. Only when publishing fails while the actor lives does
/// <see cref="OutboxReminder"/> come sooner.
/// </para>
/// </summary>
internal sealed partial class DeviceActor(ActorHost host, DeviceActorServices services, IActorStateManagerFactory? stateManagers = null)
    : DurableActor(host, stateManagers), IDeviceActor, IRemindable
{
    public const string StateKey = "device";
    public const string WatchReminder = "offline";
    public const string OutboxReminder = "outbox";

    private readonly PresenceOptions _options = services.Options.Value;

    /// <summary>
    /// Whether this activation set the watch. Not stored: a first change after each activation sets it anew, so that a scheduler that lost its reminders
    /// does not leave devices online for ever.
    /// </summary>
    private bool _isWatched;

    public async Task<IngestReply> Ingest(IngestRequest request)
    {
        var state = await LoadAsync();
        var (next, results) = state.Ingest(request, services.Limits);
        await CommitAsync(state, next, watch: next.Presence == Presence.Online);
        return new IngestReply { Results = results, Totals = next.Totals, Revision = next.Revision, Presence = next.Presence };
    }

    public async Task<StatusReply> ReportStatus(StatusReport report)
    {
        var state = await LoadAsync();
        var (next, changed) = state.ReportStatus(report);
        await CommitAsync(state, next, watch: changed || next.Presence == Presence.Online);
        return new StatusReply(next.Presence, changed, next.Revision);
    }

    public async Task<DeviceView> NoteRejected(RejectionNote note)
    {
        var state = await LoadAsync();
        var next = state.NoteRejected(note);
        await CommitAsync(state, next, watch: false);
        return next.ToView();
    }

    public async Task<DeviceView> GetView() => (await LoadAsync()).ToView();

    public Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period) => reminderName switch
    {
        WatchReminder => CheckSilenceAsync(),
        OutboxReminder => RetryOutboxAsync(),
        _ => UnregisterReminderAsync(reminderName),
    };

    protected override async Task OnActivateAsync()
    {
        var state = await LoadAsync();
        if (state.Outbox.Count > 0)
        {
            // What a crash left. The SDK saves what this takes out.
            await FlushAsync(state);
        }
    }

    private async Task<DeviceState> LoadAsync()
    {
        var stored = await StateManager.TryGetStateAsync<DeviceState>(StateKey);
        return stored.HasValue ? stored.Value : DeviceState.New(DeviceId.Parse(Id.GetId()));
    }

    /// <summary>
    /// 1. Set the watch, if there is something to watch or to publish. 2. Save. 3. Publish. 4. Take out what was published. In a turn that adds nothing to
    /// the outbox the SDK's save after it is the only one; what an earlier turn left there is the reminder's business, not this caller's.
    /// </summary>
    private async Task CommitAsync(DeviceState state, DeviceState next, bool watch)
    {
        if (watch && !_isWatched)
        {
            await WatchAsync(_options.OfflineAfter);
        }

        await StateManager.SetStateAsync(StateKey, next);
        if (!ReferenceEquals(next.Outbox, state.Outbox))
        {
            await SaveStateAsync();
            await FlushAsync(next);
        }
    }

    private async Task FlushAsync(DeviceState saved)
    {
        try
        {
            await services.Presence.PublishAsync(saved.Outbox, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The change itself is saved and the turn stands; what is left is the event, and a reminder will send it.
            Log.PublishFailed(Logger, exception, saved.Outbox.Count, Id);
            await RetrySoonAsync();
            return;
        }

        await StateManager.SetStateAsync(StateKey, saved.WithoutPublished(saved.Outbox.Count));
    }

    private async Task RetrySoonAsync()
    {
        try
        {
            await RegisterReminderAsync(OutboxReminder, null, _options.OutboxRetryAfter, _options.OutboxRetryAfter);
        }
        catch (Exception exception)
        {
            Log.RetryNotSet(Logger, exception, Id);
        }
    }

    private async Task RetryOutboxAsync()
    {
        var state = await LoadAsync();
        if (state.Outbox.Count > 0)
        {
            await FlushAsync(state);
        }

        if (await HasEmptyOutboxAsync())
        {
            await UnregisterReminderAsync(OutboxReminder);
        }
    }

    private async Task CheckSilenceAsync()
    {
        var state = await LoadAsync();
        var (next, left) = state.CheckSilence(_options.OfflineAfter, services.Time.GetUtcNow().ToUnixTimeMilliseconds());
        if (left is { } rest)
        {
            await WatchAsync(rest);
            return;
        }

        if (next.Presence != state.Presence)
        {
            await CommitAsync(state, next, watch: false);
        }
        else if (state.Outbox.Count > 0)
        {
            await FlushAsync(state);
        }

        // While an event waits the watch stays: it is what wakes the actor after a crash.
        if (await HasEmptyOutboxAsync())
        {
            await UnregisterReminderAsync(WatchReminder);
            _isWatched = false;
        }
    }

    private async Task<bool> HasEmptyOutboxAsync() => (await LoadAsync()).Outbox.Count == 0;

    private async Task WatchAsync(TimeSpan dueTime)
    {
        // Periodic, though one firing would do: should the call that sets it anew be lost, it still comes back.
        await RegisterReminderAsync(WatchReminder, null, dueTime, _options.OfflineAfter);
        _isWatched = true;
    }

    private static partial class Log
    {
        [LoggerMessage(300, LogLevel.Warning, "{Count} presence events of device {Id} wait in its outbox.")]
        public static partial void PublishFailed(ILogger logger, Exception exception, int count, Dapr.Actors.ActorId id);

        [LoggerMessage(301, LogLevel.Warning, "The retry for device {Id} was not set; its watch will flush the outbox instead.")]
        public static partial void RetryNotSet(ILogger logger, Exception exception, Dapr.Actors.ActorId id);
    }
}

/// <summary>What every device actor uses.</summary>
internal sealed class DeviceActorServices(IOptions<PresenceOptions> options, IOptions<IngestOptions> ingest, EventPublisher<PresenceEvent> presence, TimeProvider time)
{
    public IOptions<PresenceOptions> Options { get; } = options;

    public IngestLimits Limits { get; } = new(ingest.Value.ClockAheadMax, ingest.Value.SampleAgeMax);

    public EventPublisher<PresenceEvent> Presence { get; } = presence;

    public TimeProvider Time { get; } = time;
}
