using System.Diagnostics;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Gateway.Alarms;
using DeviceFleet.Gateway.Commands;
using DeviceFleet.Gateway.Fleet;

namespace DeviceFleet.Gateway.Subscriptions;

/// <summary>Where each kind of event goes: rows, alarms and commands that are remembered, and news for browsers. What is older than what is known is no news.</summary>
internal sealed class FleetIntake(FleetModel model, AlarmBook alarms, CommandBoard commands, FleetNews news)
{
    /// <summary>An event of topic <c>device-events</c>.</summary>
    public void Take(object deviceEvent)
    {
        switch (deviceEvent)
        {
            case PresenceEvent presence:
                model.Take(presence.View);
                break;
            case RegistrationEvent registration:
                model.Take(registration.View);
                break;
            case TwinEvent twin:
                model.Take(twin.View);
                news.AddTwin(twin.DeviceId);
                break;
            case CommandEvent command:
                model.Take(command.View);
                if (commands.Take(command.Command))
                {
                    news.Add(command.Command);
                }

                break;
            case DeviceRemovedEvent removed:
                model.Remove(removed.DeviceId, removed.Revision);
                alarms.Forget(removed.DeviceId);
                break;
            case GroupEvent group:
                news.Add(group.Group);
                break;
            default:
                throw new UnreachableException($"The reader of device-events gave a {deviceEvent.GetType()}.");
        }
    }

    public void Take(AlarmEvent alarm)
    {
        model.Take(alarm.View);
        if (alarms.Take(alarm.Alarm, alarm.View.Revision))
        {
            news.Add(alarm.Alarm);
        }
    }

    /// <summary>The device that an event of topic <c>device-events</c> tells of; null: of none.</summary>
    public static DeviceId? DeviceOf(object deviceEvent) => deviceEvent switch
    {
        PresenceEvent presence => presence.DeviceId,
        RegistrationEvent registration => registration.DeviceId,
        TwinEvent twin => twin.DeviceId,
        CommandEvent command => command.Command.DeviceId,
        DeviceRemovedEvent removed => removed.DeviceId,
        _ => null,
    };
}
