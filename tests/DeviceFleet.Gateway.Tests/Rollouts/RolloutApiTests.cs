using System.Net;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Gateway.Tests.Fakes;

namespace DeviceFleet.Gateway.Tests.Rollouts;

public sealed class RolloutApiTests
{
    private RolloutOrder? _order;
    private RolloutChange? _change;

    [Fact]
    public async Task A_dry_run_says_whom_it_would_be_for_and_begins_nothing()
    {
        await using var host = await HostAsync();
        using var admin = host.SignedIn("admin");

        Assert.Equal(40, await CountAsync(admin, """{"all":true}"""));
        Assert.Equal(20, await CountAsync(admin, """{"type":"pump"}"""));
        Assert.Equal(10, await CountAsync(admin, """{"group":"oslo"}"""));
        Assert.Equal(5, await CountAsync(admin, """{"group":"oslo","type":"pump"}"""));
        Assert.Equal(2, await CountAsync(admin, """{"ids":["d1","d2","none"]}"""));
        Assert.Equal(4, await CountAsync(admin, """{"tags":{"floor":"3"}}"""));
        Assert.Null(_order);
    }

    [Fact]
    public async Task What_is_left_out_is_as_the_manual_says()
    {
        await using var host = await HostAsync();
        using var admin = host.SignedIn("admin", "olga");

        var answer = await admin.CallAsync("POST", "/api/rollouts", """{"version":"2.0.0","targets":{"type":"pump"}}""");

        Assert.Equal((HttpStatusCode.Created, "/api/rollouts/" + _order!.Id), (answer.Status, answer.Location!.OriginalString));
        Assert.Equal([(5.0, 600_000L), (25.0, 600_000L), (100.0, 0L)], _order.Plan.Waves.Select(wave => (wave.UpToPercent, wave.SoakMs)));
        Assert.Equal((10.0, 1, true, 50, 1_800_000L), (_order.Plan.AbortAbovePercent, _order.Plan.AbortFailuresMin, _order.Plan.RollBack, _order.Plan.Parallel, _order.Plan.DeviceTimeoutMs));
        Assert.Equal((20, "olga", "pump"), (_order.Devices.Count, _order.By, _order.Targets.Type));
        Assert.NotEqual(_order.Devices.OrderBy(id => id.Value, StringComparer.Ordinal), _order.Devices); // a mixture
    }

    [Fact]
    public async Task What_is_wrong_is_said_before_anything_begins()
    {
        await using var host = await HostAsync();
        using var admin = host.SignedIn("admin");

        foreach (var body in (string[])["{}", """{"version":"2.0.0"}""", """{"version":"2.0.0","targets":{}}""", """{"version":"2.0.0","targets":{"type":"none"}}""", """{"version":"2.0.0","targets":{"all":true},"id":"a b"}"""])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await admin.CallAsync("POST", "/api/rollouts", body)).Problem());
        }

        Assert.Null(_order);
    }

    [Fact]
    public async Task Operators_hold_and_end_rollouts_and_administrators_begin_them()
    {
        await using var host = await HostAsync();
        using var viewer = host.SignedIn();
        using var operated = host.SignedIn("operator", "otto");

        Assert.Equal(HttpStatusCode.Forbidden, (await operated.CallAsync("POST", "/api/rollouts?dryRun=true", "{}")).Problem());
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.CallAsync("POST", "/api/rollouts/r1/pause")).Problem());
        Assert.Equal("paused", (await operated.CallAsync("POST", "/api/rollouts/r1/pause", """{"reason":"heat"}""")).Text("state"));
        Assert.Equal((RolloutAction.Pause, "heat", "otto"), (_change!.Action, _change.Reason, _change.By));
        Assert.Equal(HttpStatusCode.OK, (await operated.CallAsync("POST", "/api/rollouts/r1/roll-back")).Status);
        Assert.Equal(RolloutAction.RollBack, _change.Action);
    }

    [Fact]
    public async Task Devices_are_paged_by_the_actor()
    {
        await using var host = await HostAsync();
        using var viewer = host.SignedIn();

        Assert.Equal(7, (await viewer.CallAsync("GET", "/api/rollouts/r1/devices?wave=1&after=d4&take=5")).Number("total"));
        Assert.Equal(HttpStatusCode.BadRequest, (await viewer.CallAsync("GET", "/api/rollouts/r1/devices?take=0")).Problem());
        Assert.Equal(HttpStatusCode.BadRequest, (await viewer.CallAsync("GET", "/api/rollouts/r1/devices?after=%20")).Problem());
        Assert.Equal(HttpStatusCode.NotFound, (await viewer.CallAsync("GET", "/api/rollouts/%20")).Problem());
    }

    private static async Task<long> CountAsync(HttpClient client, string targets) =>
        (await client.CallAsync("POST", "/api/rollouts?dryRun=true", $$"""{"version":"2.0.0","targets":{{targets}}}""")).Number("devices");

    private static RolloutView View(string id, RolloutPlan plan, RolloutState state) => new()
    {
        Id = id,
        Revision = 1,
        State = state,
        Plan = plan,
        Targets = new RolloutTargets { All = true },
        Waves = [],
        By = "olga",
        CreatedAt = 1,
    };

    private async Task<GatewayHost> HostAsync()
    {
        var host = await GatewayHost.StartAsync(devices: devices =>
        {
            devices.OnActor<RolloutOrder, ChangeReply<RolloutView>>(RolloutActorMethods.ActorType, RolloutActorMethods.Begin, (id, order) =>
            {
                _order = order;
                return new ChangeReply<RolloutView> { Outcome = ChangeOutcome.Applied, Value = View(id, order!.Plan, RolloutState.Running) };
            });
            devices.OnActor<RolloutChange, ChangeReply<RolloutView>>(RolloutActorMethods.ActorType, RolloutActorMethods.Change, (id, change) =>
            {
                _change = change;
                return new ChangeReply<RolloutView> { Outcome = ChangeOutcome.Applied, Value = View(id, new RolloutPlan { Version = "2.0.0", Waves = [], AbortAbovePercent = 0, AbortFailuresMin = 1, RollBack = true, Parallel = 1, DeviceTimeoutMs = 1_000 }, RolloutState.Paused) };
            });
            devices.OnActor<RolloutDevicesQuery, RolloutDevices>(
                RolloutActorMethods.ActorType, RolloutActorMethods.GetDevices, (_, query) => new RolloutDevices([], query is { Wave: 1, After.Value: "d4", Take: 5 } ? 7 : 0));
        });
        await host.DeliverAsync(PubSubTopics.DeviceEvents, ContractsJson.Default.RegistrationEvent, [.. Enumerable.Range(0, 40).Select(number => new RegistrationEvent
        {
            DeviceId = DeviceId.Parse($"d{number}"),
            Registration = new DeviceRegistration { Version = 1 },
            View = Samples.View($"d{number}", 1, Presence.Online, 5) with
            {
                Type = number % 2 == 0 ? "pump" : "fan",
                Group = number < 10 ? GroupPath.Parse(number < 5 ? "oslo" : "oslo/line-2") : null,
                Tags = number % 10 == 0 ? new Dictionary<string, string> { ["floor"] = "3" } : null,
            },
        })]);
        return host;
    }
}
