using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Groups;
using DeviceFleet.ServiceDefaults.Publishing;

namespace DeviceFleet.Devices.Actors;

/// <summary>
/// Sends what lies in an outbox: each kind in its order, the kinds one after the other. Groups hear first who is their member, and then, with the next round of the feed, what
/// it looks like.
/// </summary>
internal sealed partial class OutboxSender(
    EventPublisher<DeviceRemovedEvent> removed,
    EventPublisher<RegistrationEvent> registration,
    EventPublisher<PresenceEvent> presence,
    EventPublisher<TwinEvent> twin,
    EventPublisher<CommandEvent> commands,
    EventPublisher<AlarmEvent> alarms,
    GroupActors groups,
    GroupFeed feed,
    GroupMetrics metrics,
    ILogger<OutboxSender> logger)
{
    /// <summary>Ends when all of it is durable where it goes. When it throws, any of it may be or not; sending it again does no harm, as newer revisions win.</summary>
    public async Task SendAsync(IReadOnlyList<OutboxItem> items)
    {
        await removed.PublishAsync([.. items.Select(item => item.Removed).OfType<DeviceRemovedEvent>()], CancellationToken.None);
        await registration.PublishAsync([.. items.Select(item => item.Registration).OfType<RegistrationEvent>()], CancellationToken.None);
        await presence.PublishAsync([.. items.Select(item => item.Presence).OfType<PresenceEvent>()], CancellationToken.None);
        await twin.PublishAsync([.. items.Select(item => item.Twin).OfType<TwinEvent>()], CancellationToken.None);
        await commands.PublishAsync([.. items.Select(item => item.Command).OfType<CommandEvent>()], CancellationToken.None);
        await alarms.PublishAsync([.. items.Select(item => item.Alarm).OfType<AlarmEvent>()], CancellationToken.None);
        foreach (var membership in items.Select(item => item.Membership).OfType<MembershipCall>())
        {
            await TellGroupAsync(membership);
        }

        // The last: of what one turn tells, it says all that the others say.
        if (items.Select(item => item.Presence?.View ?? item.Registration?.View ?? item.Alarm?.View).OfType<DeviceView>().LastOrDefault() is { } newest)
        {
            feed.Offer(newest);
        }
    }

    private async Task TellGroupAsync(MembershipCall membership)
    {
        var reply = await groups.SetMemberAsync(membership.Group, membership.Change, CancellationToken.None);
        if (reply.Outcome == ChangeOutcome.Full)
        {
            // The registration stands: it is what the operator said. The group just does not count the device, until it is assigned again.
            metrics.CountFull();
            Log.Full(logger, membership.Group, membership.Change.DeviceId);
        }

        feed.Offer(membership.Group);
    }

    private static partial class Log
    {
        [LoggerMessage(310, LogLevel.Warning, "Group {Group} is full and does not count device {Device}.")]
        public static partial void Full(ILogger logger, GroupPath group, DeviceId device);
    }
}
