using System.Net;
using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;
using DeviceFleet.Contracts.Messaging;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace DeviceFleet.EndToEnd.Tests.Live;

/// <summary>The twin from operator to device and back.</summary>
public sealed class TwinTests(FleetFixture fleet)
{
    [Fact]
    public async Task What_is_desired_reaches_the_device_and_what_it_reports_closes_the_delta()
    {
        using var client = await FleetClient.SignInAsync(fleet.Local);
        await using var device = new MqttDevice(fleet.Local, "twin-round");
        await device.ConnectListeningAsync();
        await KnownAsync(client, device.Id);

        var written = (await client.WriteDesiredAsync(device.Id, """{"light":{"on":true,"level":7}}""")).Sound;
        var desired = await device.NextDesiredAsync(message => message.Version == written.Desired.Version);
        await device.PublishAsync(MqttTopics.Reported(device.Id), $$"""{"patch":{"light":{"on":true} },"version":{{desired.ReportedVersion}} }""");
        var half = await FleetClient.UntilAsync("half of it", () => client.TwinAsync(device.Id), twin => twin.Reported.Version > desired.ReportedVersion);
        await device.PublishAsync(MqttTopics.Reported(device.Id), $$"""{"patch":{"light":{"level":7} },"version":{{half.Reported.Version}} }""");
        var whole = await FleetClient.UntilAsync("the rest", () => client.TwinAsync(device.Id), twin => twin.Reported.Version > half.Reported.Version);

        Assert.NotNull(written.PendingSince);
        Assert.Equal("""{"light":{"level":7}}""", Text(half.Delta));
        Assert.Equal(written.PendingSince, half.PendingSince);
        Assert.Equal(("{}", null), (Text(whole.Delta), whole.PendingSince));
        Assert.Equal("device", whole.Reported.Writers["/light/level"].By);
    }

    [Fact]
    public async Task A_stale_write_of_either_side_changes_nothing()
    {
        using var client = await FleetClient.SignInAsync(fleet.Local);
        await using var device = new MqttDevice(fleet.Local, "twin-stale");
        await device.ConnectListeningAsync();
        await KnownAsync(client, device.Id);
        var first = (await client.WriteDesiredAsync(device.Id, """{"n":1}""", ifVersion: 0)).Sound;

        var stale = await client.WriteDesiredAsync(device.Id, """{"n":2}""", ifVersion: 0);
        await device.PublishAsync(MqttTopics.Reported(device.Id), """{"version":0,"patch":{"n":1}}""");
        await device.PublishAsync(MqttTopics.Reported(device.Id), """{"version":0,"patch":{"n":99}}""");
        var twin = (await client.TwinAsync(device.Id)).Sound;

        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.Status);
        Assert.Equal(first.Desired.Version, JsonDocument.Parse(stale.Body).RootElement.GetProperty("version").GetInt64());
        Assert.Equal(("""{"n":1}""", """{"n":1}""", 1), (Text(twin.Desired.Value), Text(twin.Reported.Value), twin.Reported.Version));
        Assert.Equal(RejectionReasons.StaleVersion, (await client.DeviceAsync(device.Id)).Sound.LastRejection);
    }

    [Fact]
    public async Task What_was_desired_while_the_device_was_away_comes_when_it_connects_and_again_when_it_asks()
    {
        using var client = await FleetClient.SignInAsync(fleet.Local);
        var away = new MqttDevice(fleet.Local, "twin-away");
        await away.ConnectAsync();
        await KnownAsync(client, away.Id);
        await away.DisposeAsync();
        await FleetClient.UntilAsync("offline", () => client.DeviceAsync(away.Id), view => view.Presence == Presence.Offline);
        var written = (await client.WriteDesiredAsync(away.Id, """{"n":5}""")).Sound;

        await using var back = new MqttDevice(fleet.Local, "twin-away");
        await back.ConnectListeningAsync();
        var desired = await back.NextDesiredAsync(message => message.Version == written.Desired.Version);
        await back.PublishAsync(MqttTopics.TwinGet(back.Id), "");
        var asked = await back.NextDesiredAsync(message => message.Version == written.Desired.Version);

        Assert.Equal("""{"n":5}""", Text(desired.Desired));
        Assert.Equal("""{"n":5}""", Text(asked.Delta));
    }

    [Fact]
    public async Task A_watcher_is_told_and_may_write_through_the_hub()
    {
        var (http, cookies) = await fleet.Local.SignInAsync();
        using var client = new FleetClient(http);
        await using var device = new MqttDevice(fleet.Local, "twin-hub");
        await device.ConnectListeningAsync();
        await KnownAsync(client, device.Id);
        await using var hub = await fleet.Local.ConnectHubAsync(cookies);
        var told = new TaskCompletionSource<DeviceId>(TaskCreationOptions.RunContinuationsAsynchronously);
        hub.On<DeviceId>(FleetHubContract.TwinChanged, id => told.TrySetResult(id));
        await hub.InvokeAsync<DeviceSnapshot>(FleetHubContract.WatchDevice, device.Id.Value);

        var view = await hub.InvokeAsync<TwinView>(FleetHubContract.SetDesired, device.Id.Value, JsonDocument.Parse("""{"n":1}""").RootElement, 0L);

        Assert.Equal(1, view.Desired.Version);
        Assert.Equal(device.Id, await told.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<HubException>(() =>
            hub.InvokeAsync<TwinView>(FleetHubContract.SetDesired, device.Id.Value, JsonDocument.Parse("""{"n":2}""").RootElement, 0L));
    }

    private static Task<DeviceView> KnownAsync(FleetClient client, DeviceId id) =>
        FleetClient.UntilAsync("the gateway knows it", () => client.DeviceAsync(id), view => view.Presence == Presence.Online);

    private static string Text(JsonElement json) => JsonSerializer.Serialize(json);
}
