using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Publishing;

namespace DeviceFleet.Devices.Actors;

/// <summary>Publishes what lies in an outbox: each kind in its order, the kinds one after the other.</summary>
internal sealed class OutboxSender(
    EventPublisher<RegistrationEvent> registration,
    EventPublisher<PresenceEvent> presence,
    EventPublisher<TwinEvent> twin,
    EventPublisher<CommandEvent> commands,
    EventPublisher<AlarmEvent> alarms)
{
    /// <summary>Ends when all of it is durable where it goes. When it throws, any of it may be or not; sending it again does no harm, as newer revisions win.</summary>
    public async Task SendAsync(IReadOnlyList<OutboxItem> items)
    {
        await registration.PublishAsync([.. items.Select(item => item.Registration).OfType<RegistrationEvent>()], CancellationToken.None);
        await presence.PublishAsync([.. items.Select(item => item.Presence).OfType<PresenceEvent>()], CancellationToken.None);
        await twin.PublishAsync([.. items.Select(item => item.Twin).OfType<TwinEvent>()], CancellationToken.None);
        await commands.PublishAsync([.. items.Select(item => item.Command).OfType<CommandEvent>()], CancellationToken.None);
        await alarms.PublishAsync([.. items.Select(item => item.Alarm).OfType<AlarmEvent>()], CancellationToken.None);
    }
}
