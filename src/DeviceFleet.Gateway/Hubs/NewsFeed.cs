using System.Collections.Concurrent;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;
using DeviceFleet.Gateway.Commands;
using DeviceFleet.Gateway.Fleet;
using Microsoft.AspNetCore.SignalR;

namespace DeviceFleet.Gateway.Hubs;

/// <summary>Sends news of alarms, commands, twins, groups, sagas and rollouts to whom they concern, each to one connection once.</summary>
internal sealed class NewsFeed(IHubContext<FleetHub> hub, FleetNews news, CommandFollowers followers)
{
    private readonly ConcurrentDictionary<string, byte> _fleetWatchers = new();

    public void FleetWatched(string connectionId) => _fleetWatchers[connectionId] = 0;

    public void FleetUnwatched(string connectionId) => _fleetWatchers.TryRemove(connectionId, out _);

    /// <summary>Begins to send what came since the last call.</summary>
    public IEnumerable<Task> Send()
    {
        if (news.TakeAll() is not { } batch)
        {
            return [];
        }

        string[] fleetWatchers = [.. _fleetWatchers.Keys];
        return
        [
            .. batch.Alarms.SelectMany(alarm => Send(alarm, fleetWatchers)),
            .. batch.Commands.SelectMany(Send),
            .. batch.Twins.Select(id => hub.Clients.Group(FleetFeed.DeviceGroup(id)).SendAsync(FleetHubContract.TwinChanged, id)),
            .. batch.Groups.Select(group => hub.Clients.Group(FleetFeed.FleetGroup).SendAsync(FleetHubContract.GroupChanged, group)),
            .. batch.Sagas.Select(saga => hub.Clients.Group(FleetFeed.FleetGroup).SendAsync(FleetHubContract.ProvisioningChanged, saga)),
            .. batch.Rollouts.Select(rollout => hub.Clients.Group(FleetFeed.FleetGroup).SendAsync(FleetHubContract.RolloutChanged, rollout)),
        ];
    }

    private IEnumerable<Task> Send(DeviceAlarm alarm, string[] fleetWatchers) =>
    [
        hub.Clients.Group(FleetFeed.FleetGroup).SendAsync(FleetHubContract.AlarmChanged, alarm),
        hub.Clients.GroupExcept(FleetFeed.DeviceGroup(alarm.DeviceId), fleetWatchers).SendAsync(FleetHubContract.AlarmChanged, alarm),
    ];

    private IEnumerable<Task> Send(DeviceCommand command)
    {
        var senders = followers.Of(CommandKey.Of(command), command.HasEnded());
        return
        [
            hub.Clients.GroupExcept(FleetFeed.DeviceGroup(command.DeviceId), senders).SendAsync(FleetHubContract.CommandChanged, command),
            hub.Clients.Clients(senders).SendAsync(FleetHubContract.CommandChanged, command),
        ];
    }
}
