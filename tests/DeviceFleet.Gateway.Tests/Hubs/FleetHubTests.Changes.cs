using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Contracts.Live;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Gateway.Tests.Fakes;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using static DeviceFleet.Gateway.Tests.Fakes.Samples;

namespace DeviceFleet.Gateway.Tests.Hubs;

public sealed partial class FleetHubTests
{
    [Fact]
    public async Task Who_sent_a_command_hears_what_becomes_of_it_without_watching_the_device()
    {
        await using var host = await StartWithPumpAsync();
        host.Devices.OnDevice<CommandRequest, ChangeReply<DeviceCommand>>(
            DeviceActorMethods.SendCommand, (id, request) => Reply(ChangeOutcome.Applied, Command(id, "c1", CommandState.Queued, request.Name)));
        await using var hub = host.Hub(role: "operator", user: "ada");
        var changes = Collect<DeviceCommand>(hub, FleetHubContract.CommandChanged);
        await hub.StartAsync();

        var sent = await hub.InvokeAsync<DeviceCommand>(FleetHubContract.SendCommand, "pump-1", "reboot", Json("""{"delay":3}"""), "k-1");
        await DeliverAsync(host, CommandState.Delivered);
        var first = await ReadAsync(changes);
        await DeliverAsync(host, CommandState.Succeeded);
        var second = await ReadAsync(changes);

        var request = host.Devices.Last<CommandRequest>(DeviceActorMethods.SendCommand);
        Assert.Equal(("c1", "reboot", "k-1", "ada", 3), (sent.Id, request.Name, request.Key, request.By, request.Args!.Value.GetProperty("delay").GetInt32()));
        Assert.Equal((CommandState.Delivered, CommandState.Succeeded), (first.State, second.State));
    }

    [Fact]
    public async Task Who_sent_a_command_and_watches_its_device_hears_of_it_once()
    {
        await using var host = await StartWithPumpAsync();
        host.Devices.OnDevice<CommandRequest, ChangeReply<DeviceCommand>>(
            DeviceActorMethods.SendCommand, (id, request) => Reply(ChangeOutcome.Applied, Command(id, "c1", CommandState.Queued, request.Name)));
        await using var hub = host.Hub(role: "operator");
        var changes = Collect<DeviceCommand>(hub, FleetHubContract.CommandChanged);
        await hub.StartAsync();
        await hub.InvokeAsync<DeviceSnapshot>(FleetHubContract.WatchDevice, "pump-1");
        await hub.InvokeAsync<DeviceCommand>(FleetHubContract.SendCommand, "pump-1", "reboot", null, null);

        await DeliverAsync(host, CommandState.Delivered);
        await DeliverAsync(host, CommandState.Failed);

        Assert.Equal([CommandState.Delivered, CommandState.Failed], [(await ReadAsync(changes)).State, (await ReadAsync(changes)).State]);
    }

    [Fact]
    public async Task An_alarm_reaches_who_watches_the_fleet_and_who_watches_the_device_once_each()
    {
        await using var host = await StartWithPumpAsync();
        await using var both = host.Hub();
        await using var device = host.Hub();
        var atBoth = Collect<DeviceAlarm>(both, FleetHubContract.AlarmChanged);
        var atDevice = Collect<DeviceAlarm>(device, FleetHubContract.AlarmChanged);
        await both.StartAsync();
        await device.StartAsync();
        await both.InvokeAsync(FleetHubContract.WatchFleet);
        await both.InvokeAsync<DeviceSnapshot>(FleetHubContract.WatchDevice, "pump-1");
        await device.InvokeAsync<DeviceSnapshot>(FleetHubContract.WatchDevice, "pump-1");

        foreach (var number in new[] { 1, 2 })
        {
            await host.DeliverAsync(PubSubTopics.Alarms, ContractsJson.Default.AlarmEvent, AlarmChange(Alarm("pump-1", "hot", number), 2));
            host.Time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(["hot-1", "hot-2"], [(await ReadAsync(atBoth)).Id, (await ReadAsync(atBoth)).Id]);
        Assert.Equal(["hot-1", "hot-2"], [(await ReadAsync(atDevice)).Id, (await ReadAsync(atDevice)).Id]);
    }

    [Fact]
    public async Task A_written_twin_is_told_to_who_watches_the_device_and_a_group_to_who_watches_the_fleet()
    {
        await using var host = await StartWithPumpAsync();
        await using var hub = host.Hub();
        var twins = Collect<DeviceId>(hub, FleetHubContract.TwinChanged);
        var groups = Collect<GroupView>(hub, FleetHubContract.GroupChanged);
        await hub.StartAsync();
        await hub.InvokeAsync(FleetHubContract.WatchFleet);
        await hub.InvokeAsync<DeviceSnapshot>(FleetHubContract.WatchDevice, "pump-1");

        await host.DeliverAsync(
            PubSubTopics.DeviceEvents,
            ContractsJson.Default.TwinEvent,
            new TwinEvent { DeviceId = DeviceId.Parse("pump-1"), Part = "desired", Version = 1, By = "ada", At = 5, View = View("pump-1", 2, Presence.Online, 5) });
        await host.DeliverAsync(
            PubSubTopics.DeviceEvents,
            ContractsJson.Default.GroupEvent,
            new GroupEvent { Group = Group("oslo", 2, devices: 2), At = 5 },
            new GroupEvent { Group = Group("oslo", 1, devices: 1), At = 5 });
        host.Time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal("pump-1", (await ReadAsync(twins)).Value);
        Assert.Equal(2, (await ReadAsync(groups)).Rollup.Devices);
    }

    [Fact]
    public async Task Desired_is_written_and_an_alarm_acknowledged_in_the_callers_name()
    {
        await using var host = await StartWithPumpAsync();
        host.Devices.OnDevice<DesiredWrite, ChangeReply<TwinView>>(DeviceActorMethods.WriteDesired, (id, _) => Reply(ChangeOutcome.Applied, TwinOf(id, 4)));
        host.Devices.OnDevice<AlarmChange, ChangeReply<DeviceAlarm>>(DeviceActorMethods.ChangeAlarm, (id, _) => Reply(ChangeOutcome.Unchanged, Alarm(id, "hot", state: AlarmState.Acknowledged)));
        await using var hub = host.Hub(role: "admin", user: "ada");
        await hub.StartAsync();

        var twin = await hub.InvokeAsync<TwinView>(FleetHubContract.SetDesired, "pump-1", Json("""{"interval":5}"""), 3);
        var alarm = await hub.InvokeAsync<DeviceAlarm>(FleetHubContract.AckAlarm, "pump-1", "hot-1");

        var write = host.Devices.Last<DesiredWrite>(DeviceActorMethods.WriteDesired);
        var change = host.Devices.Last<AlarmChange>(DeviceActorMethods.ChangeAlarm);
        Assert.Equal((4L, 3L, "ada", false), (twin.Desired.Version, write.IfVersion, write.By, write.Replace));
        Assert.Equal((AlarmState.Acknowledged, AlarmAction.Acknowledge, "hot-1", "ada"), (alarm.State, change.Action, change.AlarmId, change.By));
    }

    [Fact]
    public async Task A_refusal_is_an_error_in_the_actors_words_and_an_actor_out_of_reach_says_so()
    {
        await using var host = await StartWithPumpAsync();
        host.Devices.OnDevice<DesiredWrite, ChangeReply<TwinView>>(DeviceActorMethods.WriteDesired, (id, _) => Reply(ChangeOutcome.Conflict, TwinOf(id, 4), "Version 4 is current."));
        await using var hub = host.Hub(role: "operator");
        await hub.StartAsync();

        var refusal = await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync<TwinView>(FleetHubContract.SetDesired, "pump-1", Json("{}"), 3));
        var silence = await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync<DeviceAlarm>(FleetHubContract.AckAlarm, "pump-1", "hot-1"));

        Assert.Contains("Version 4 is current.", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be reached", silence.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_viewer_changes_nothing()
    {
        await using var host = await StartWithPumpAsync();
        await using var hub = host.Hub();
        await hub.StartAsync();

        await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync<DeviceCommand>(FleetHubContract.SendCommand, "pump-1", "reboot", null, null));
        await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync<TwinView>(FleetHubContract.SetDesired, "pump-1", Json("{}"), null));
        await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync<DeviceAlarm>(FleetHubContract.AckAlarm, "pump-1", "hot-1"));

        Assert.Empty(host.Devices.Calls);
    }

    private static async Task<GatewayHost> StartWithPumpAsync()
    {
        var host = await GatewayHost.StartAsync(new Dictionary<DeviceId, DeviceView> { [DeviceId.Parse("pump-1")] = View("pump-1", 1, Presence.Online, 5) });
        await host.DeliverAsync(Telemetry("pump-1", 1, host.Now));
        return host;
    }

    private static async Task DeliverAsync(GatewayHost host, CommandState state)
    {
        await host.DeliverAsync(PubSubTopics.DeviceEvents, ContractsJson.Default.CommandEvent, CommandChange(Command("pump-1", "c1", state)));
        host.Time.Advance(TimeSpan.FromMilliseconds(100));
    }
}
