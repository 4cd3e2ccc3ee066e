using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Gateway.Fleet;
using DeviceFleet.Gateway.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using static DeviceFleet.Gateway.Tests.Fakes.Samples;

namespace DeviceFleet.Gateway.Tests.Subscriptions;

public sealed class FleetSubscriptionsTests
{
    [Fact]
    public async Task A_new_device_is_durable_before_its_event_is_acknowledged()
    {
        await using var host = await GatewayHost.StartAsync();

        var statuses = await host.DeliverAsync(Telemetry("pump-1", 1, host.Now), Telemetry("pump-2", 1, host.Now));

        Assert.Equal(["SUCCESS", "SUCCESS"], statuses);
        var stored = string.Concat(host.Runtime.StoredState.Where(pair => pair.Key.StartsWith("gateway-state||devices-", StringComparison.Ordinal)).Select(pair => pair.Value));
        Assert.Contains("pump-1", stored, StringComparison.Ordinal);
        Assert.Contains("pump-2", stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_are_asked_for_again_while_names_cannot_be_stored()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Runtime.FailStateWrites = true;

        var failed = await host.DeliverAsync(Telemetry("pump-1", 1, host.Now));
        host.Runtime.FailStateWrites = false;
        var again = await host.DeliverAsync(Telemetry("pump-1", 1, host.Now));

        Assert.Equal(["RETRY", "SUCCESS"], [.. failed, .. again]);
        Assert.Equal(1, host.Services.GetRequiredService<FleetModel>().Counters(host.Now).Applied);
    }

    [Fact]
    public async Task An_entry_that_cannot_be_read_is_dropped_and_stops_no_other()
    {
        await using var host = await GatewayHost.StartAsync();
        var sound = System.Text.Json.JsonSerializer.Serialize(Telemetry("pump-1", 1, host.Now), Contracts.ContractsJson.Default.TelemetryEvent);

        var statuses = await host.DeliverAsync(PubSubTopics.Telemetry, ["""{"deviceId":"not an id"}""", sound, "7"]);

        Assert.Equal(["DROP", "SUCCESS", "DROP"], statuses);
        Assert.Single(host.Services.GetRequiredService<FleetModel>().Rows());
    }

    [Fact]
    public async Task Two_gateways_share_the_names()
    {
        await using var first = await GatewayHost.StartAsync();
        await first.DeliverAsync([.. Enumerable.Range(0, 100).Select(i => Telemetry($"a{i}", 1, first.Now))]);
        using var second = new KnownDevices(first.Services.GetRequiredService<Dapr.Client.DaprClient>());
        await second.EnsureAsync(Enumerable.Range(0, 100).Select(i => DeviceId.Parse($"b{i}")), CancellationToken.None);

        var all = await second.LoadAsync(CancellationToken.None);

        Assert.Equal(200, all.Distinct().Count());
    }

    [Fact]
    public async Task After_a_restart_the_whole_fleet_is_there_from_its_actors()
    {
        var views = Enumerable.Range(0, 50).Select(i => View($"d{i}", 7, Presence.Offline, 5, Totals(3, duplicates: 4))).ToDictionary(view => view.DeviceId);
        await using var before = await GatewayHost.StartAsync();
        await before.DeliverAsync([.. views.Keys.Select(id => Telemetry(id.Value, 1, before.Now))]);
        await using var after = await GatewayHost.StartAsync(views, runtime => runtime.CopyStateFrom(before.Runtime));

        await after.Services.GetRequiredService<FleetLoader>().WaitLoadedAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

        var counters = after.Services.GetRequiredService<FleetModel>().Counters(after.Now);
        Assert.Equal((50L, 50L, 150L, 200L), (counters.Total, counters.Offline, counters.Applied, counters.Duplicates));
    }

    [Fact]
    public async Task Every_kind_of_event_brings_the_row_of_its_device_up_to_date()
    {
        await using var host = await GatewayHost.StartAsync();
        var registration = new RegistrationEvent { DeviceId = DeviceId.Parse("a"), Registration = new DeviceRegistration { Version = 1 }, View = View("a", 2, Presence.Online, 5) with { Type = "pump" } };
        var twin = new TwinEvent { DeviceId = DeviceId.Parse("b"), Part = "desired", Version = 1, By = "ada", At = 5, View = View("b", 2, Presence.Online, 5) with { Twin = new TwinSummary(1, 0, 5) } };
        var command = CommandChange(Command("c", "c1", CommandState.Queued));

        await host.DeliverAsync(PubSubTopics.DeviceEvents, Contracts.ContractsJson.Default.PresenceEvent, PresenceChange("d", 1, Presence.Stale, 5));
        await host.DeliverAsync(PubSubTopics.DeviceEvents, Contracts.ContractsJson.Default.RegistrationEvent, registration);
        await host.DeliverAsync(PubSubTopics.DeviceEvents, Contracts.ContractsJson.Default.TwinEvent, twin);
        await host.DeliverAsync(PubSubTopics.DeviceEvents, Contracts.ContractsJson.Default.CommandEvent, command with { View = command.View with { OpenCommands = 1 } });
        await host.DeliverAsync(PubSubTopics.Alarms, Contracts.ContractsJson.Default.AlarmEvent, AlarmChange(Alarm("e", "hot"), 2));

        var rows = host.Services.GetRequiredService<FleetModel>().Rows().ToDictionary(row => row.Id.Value);
        Assert.Equal(("pump", 5L, 1, Presence.Stale, 1), (rows["a"].Type, rows["b"].PendingSince, rows["c"].OpenCommands, rows["d"].Presence, rows["e"].Alarms));
    }

    [Fact]
    public async Task A_device_that_is_no_more_is_forgotten_for_good()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.DeliverAsync(Telemetry("pump-1", 1, host.Now), Telemetry("pump-2", 1, host.Now));

        var statuses = await host.DeliverAsync(PubSubTopics.DeviceEvents, Contracts.ContractsJson.Default.DeviceRemovedEvent, new DeviceRemovedEvent(DeviceId.Parse("pump-1"), 2, "ada", 5));

        using var known = new KnownDevices(host.Services.GetRequiredService<Dapr.Client.DaprClient>());
        Assert.Equal(["SUCCESS"], statuses);
        Assert.Equal(["pump-2"], (await known.LoadAsync(CancellationToken.None)).Select(id => id.Value));
    }

    [Fact]
    public async Task An_event_of_a_type_that_is_not_known_is_dropped_and_stops_no_other()
    {
        await using var host = await GatewayHost.StartAsync();
        var sound = System.Text.Json.JsonSerializer.Serialize(PresenceChange("a", 1, Presence.Online, 5), Contracts.ContractsJson.Default.PresenceEvent);

        var unknown = await host.DeliverAsync(PubSubTopics.DeviceEvents, [sound], "devicefleet.something.else.v9");
        var mixed = await host.DeliverAsync(PubSubTopics.DeviceEvents, ["{}", sound], EventTypes.PresenceChanged);

        Assert.Equal(["DROP", "DROP", "SUCCESS"], [.. unknown, .. mixed]);
    }
}
