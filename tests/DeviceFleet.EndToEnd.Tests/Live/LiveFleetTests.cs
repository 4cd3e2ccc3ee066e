using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;
using DeviceFleet.EndToEnd.Tests.Processes;
using Microsoft.AspNetCore.SignalR.Client;
using MQTTnet;
using MQTTnet.Formatter;

namespace DeviceFleet.EndToEnd.Tests.Live;

/// <summary>Real MQTT in, real SignalR out.</summary>
public sealed class LiveFleetTests(FleetFixture fleet)
{
    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task A_device_comes_online_moves_and_goes_offline_before_a_watchers_eyes(MqttProtocolVersion version)
    {
        var name = $"live-{version}";
        var (client, cookies) = await fleet.Local.SignInAsync();
        using var signedIn = client;
        await using var hub = await fleet.Local.ConnectHubAsync(cookies);
        var watch = await HubWatch.StartAsync(hub);

        var device = new MqttDevice(fleet.Local, name);
        Assert.Equal(MqttClientConnectResultCode.Success, await device.ConnectAsync(version: version));
        await watch.UntilAsync("online", seen => seen.Rows.TryGetValue(name, out var row) && row.Presence == Presence.Online);

        await device.SendAsync(0, 20.5);
        await watch.UntilAsync("first value", seen => seen.Rows[name].Metrics.GetValueOrDefault("temp") == 20.5);
        await device.SendAsync(1, 21.5);
        await watch.UntilAsync("second value", seen => seen.Rows[name].Metrics.GetValueOrDefault("temp") == 21.5);

        await device.DisposeAsync();
        await watch.UntilAsync("offline by its last will", seen => seen.Rows[name].Presence == Presence.Offline);
        var view = await LocalProcess.DeviceAsync(client, device.Id);
        Assert.Equal(2, view!.Totals.Applied);
        Assert.Equal(view.Totals.Received, view.Totals.Applied);
        Assert.Empty(watch.Faults);
    }

    [Fact]
    public async Task A_watcher_of_one_device_gets_its_past_and_its_new_samples()
    {
        var (client, cookies) = await fleet.Local.SignInAsync();
        using var signedIn = client;
        await using var device = new MqttDevice(fleet.Local, "live-one");
        await device.ConnectAsync();
        await using var hub = await fleet.Local.ConnectHubAsync(cookies);
        var watch = await HubWatch.StartAsync(hub);
        await device.SendAsync(0, 1);
        await watch.UntilAsync("the first sample", seen => seen.Rows.TryGetValue("live-one", out var row) && row.Metrics.ContainsKey("temp"));
        var next = new TaskCompletionSource<DeviceSamplesBatch>(TaskCreationOptions.RunContinuationsAsynchronously);
        hub.On<DeviceSamplesBatch>(FleetHubContract.DeviceSamples, next.SetResult);

        var snapshot = await hub.InvokeAsync<DeviceSnapshot>(FleetHubContract.WatchDevice, "live-one");
        await device.SendAsync(1, 2);

        Assert.Equal(1, Assert.Single(snapshot.Recent).Metrics["temp"]);
        var batch = await next.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(2, Assert.Single(batch.Samples).Metrics["temp"]);
    }

    [Fact]
    public async Task Nothing_is_open_to_anonymous_callers()
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = fleet.Local.Dashboard };
        foreach (var path in (string[])["", "api/fleet", "api/devices", "api/devices/x", "api/openapi.json", "hubs/fleet/negotiate?negotiateVersion=1", "dapr/subscribe", "dapr/config", "assets/x.js"])
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.True((int)answer.StatusCode is 401 or 403, $"/{path} answered {(int)answer.StatusCode}");
        }

        using var post = await client.PostAsync(new Uri("hubs/fleet/negotiate?negotiateVersion=1", UriKind.Relative), null);
        Assert.Equal(401, (int)post.StatusCode);
        using var badToken = await client.GetAsync(new Uri("sign-in?token=abc", UriKind.Relative));
        Assert.Equal(401, (int)badToken.StatusCode);
    }
}
