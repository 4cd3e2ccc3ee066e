using System.Net;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Gateway.Alarms;
using DeviceFleet.Gateway.Fleet;
using DeviceFleet.Gateway.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using static DeviceFleet.Gateway.Tests.Fakes.Samples;

namespace DeviceFleet.Gateway.Tests.Alarms;

public sealed class AlarmApiTests
{
    [Fact]
    public async Task Alarms_come_from_events_and_are_filtered_and_paged()
    {
        await using var host = await GatewayHost.StartAsync();
        await RaiseAsync(host, Alarm("a", "hot", severity: AlarmSeverity.Critical), Alarm("b", "hot", severity: AlarmSeverity.Info), Alarm("c", "hot", state: AlarmState.Cleared));
        using var client = host.SignedIn();

        var active = await client.CallAsync("GET", "/api/alarms?limit=1");
        var all = await client.CallAsync("GET", "/api/alarms?state=all");
        var infos = await client.CallAsync("GET", "/api/alarms?severity=info&offset=0");
        var fleet = await client.CallAsync("GET", "/api/fleet");

        Assert.Equal((2, 0, 1), (active.Number("total"), active.Number("offset"), active.Body.GetProperty("alarms").GetArrayLength()));
        Assert.Equal("a", active.Body.GetProperty("alarms")[0].GetProperty("deviceId").GetString());
        Assert.Equal(3, all.Number("total"));
        Assert.Equal("b", Assert.Single(infos.Body.GetProperty("alarms").EnumerateArray()).GetProperty("deviceId").GetString());
        Assert.Equal(2, fleet.Body.GetProperty("counters").GetProperty("alarming").GetInt32());
    }

    [Theory]
    [InlineData("state=cleared")]
    [InlineData("severity=bad")]
    [InlineData("offset=-1")]
    [InlineData("limit=501")]
    public async Task What_is_asked_out_of_bounds_is_refused(string query)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.SignedIn();

        Assert.Equal(HttpStatusCode.BadRequest, (await client.CallAsync("GET", "/api/alarms?" + query)).Problem());
    }

    [Fact]
    public async Task After_a_restart_active_alarms_are_there_from_the_actors_that_have_some()
    {
        var views = new[] { "a", "b" }.ToDictionary(DeviceId.Parse, id => View(id, 7, Presence.Online, 5));
        views[DeviceId.Parse("a")] = views[DeviceId.Parse("a")] with { Alarms = new AlarmSummary(1, 1, AlarmSeverity.Warning) };
        await using var before = await GatewayHost.StartAsync();
        await before.DeliverAsync(Telemetry("a", 1, before.Now), Telemetry("b", 1, before.Now));
        await using var after = await GatewayHost.StartAsync(
            views, runtime => runtime.CopyStateFrom(before.Runtime), devices: devices => devices.OnDevice(DeviceActorMethods.GetAlarms, id => new AlarmList([Alarm(id, "hot")])));

        await after.Services.GetRequiredService<FleetLoader>().WaitLoadedAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal("a", Assert.Single(after.Services.GetRequiredService<AlarmBook>().List(withCleared: false, severity: null)).DeviceId.Value);
        Assert.DoesNotContain(after.Devices.Calls, call => call is { Id: "b", Method: DeviceActorMethods.GetAlarms });
    }

    [Theory]
    [InlineData("acknowledge", null, AlarmAction.Acknowledge, null)]
    [InlineData("assign", """{"text":"bob"}""", AlarmAction.Assign, "bob")]
    [InlineData("assign", "{}", AlarmAction.Assign, null)]
    [InlineData("comment", """{"text":"Looked at it."}""", AlarmAction.Comment, "Looked at it.")]
    [InlineData("clear", null, AlarmAction.Clear, null)]
    public async Task What_a_person_does_reaches_the_actor_with_their_name(string action, string? body, AlarmAction asked, string? text)
    {
        await using var host = await GatewayHost.StartAsync();
        await RaiseAsync(host, Alarm("a", "hot"));
        host.Devices.OnDevice<AlarmChange, ChangeReply<DeviceAlarm>>(DeviceActorMethods.ChangeAlarm, (id, _) => Reply(ChangeOutcome.Applied, Alarm(id, "hot", state: AlarmState.Acknowledged)));
        using var client = host.SignedIn("operator", "ada");

        var answer = await client.CallAsync("POST", $"/api/devices/a/alarms/hot-1/{action}", body);

        Assert.Equal((HttpStatusCode.OK, "acknowledged"), (answer.Status, answer.Text("state")));
        Assert.Equal(new AlarmChange { AlarmId = "hot-1", Action = asked, Text = text, By = "ada", At = host.Now }, host.Devices.Last<AlarmChange>(DeviceActorMethods.ChangeAlarm));
    }

    [Theory]
    [InlineData(ChangeOutcome.NotFound, HttpStatusCode.NotFound)]
    [InlineData(ChangeOutcome.Conflict, HttpStatusCode.Conflict)]
    [InlineData(ChangeOutcome.Invalid, HttpStatusCode.BadRequest)]
    [InlineData(ChangeOutcome.Full, HttpStatusCode.Conflict)]
    public async Task A_refusal_of_the_actor_is_a_problem(ChangeOutcome outcome, HttpStatusCode status)
    {
        await using var host = await GatewayHost.StartAsync();
        await RaiseAsync(host, Alarm("a", "hot"));
        host.Devices.OnDevice<AlarmChange, ChangeReply<DeviceAlarm>>(DeviceActorMethods.ChangeAlarm, (_, _) => Reply<DeviceAlarm>(outcome, null));
        using var client = host.SignedIn("operator");

        Assert.Equal(status, (await client.CallAsync("POST", "/api/devices/a/alarms/hot-1/clear")).Problem());
    }

    [Fact]
    public async Task Alarms_of_a_device_are_told_as_its_actor_tells_them()
    {
        await using var host = await GatewayHost.StartAsync();
        await RaiseAsync(host, Alarm("a", "hot"));
        host.Devices.OnDevice(DeviceActorMethods.GetAlarms, id => new AlarmList([Alarm(id, "cold"), Alarm(id, "hot")]));
        using var client = host.SignedIn();

        Assert.Equal(2, (await client.CallAsync("GET", "/api/devices/a/alarms")).Body.GetProperty("alarms").GetArrayLength());
    }

    private static Task<string[]> RaiseAsync(GatewayHost host, params DeviceAlarm[] alarms) =>
        host.DeliverAsync(PubSubTopics.Alarms, ContractsJson.Default.AlarmEvent, [.. alarms.Select(alarm => AlarmChange(alarm, revision: 2))]);
}
