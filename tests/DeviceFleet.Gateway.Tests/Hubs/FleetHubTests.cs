using System.Threading.Channels;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Gateway.Tests.Fakes;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using static DeviceFleet.Gateway.Tests.Fakes.Samples;

namespace DeviceFleet.Gateway.Tests.Hubs;

/// <summary>Over a real Kestrel with the official .NET client.</summary>
public sealed partial class FleetHubTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task An_anonymous_client_is_refused()
    {
        await using var host = await GatewayHost.StartAsync();
        await using var hub = host.Hub(withToken: false);

        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => hub.StartAsync());

        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task A_watcher_gets_the_fleet_and_then_each_change_without_a_gap()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.DeliverAsync(Telemetry("pump-1", 1, host.Now, value: 20));
        await using var hub = host.Hub();
        var snapshots = Collect<FleetSnapshot>(hub, FleetHubContract.Snapshot);
        var updates = Collect<FleetUpdates>(hub, FleetHubContract.DeviceUpdates);
        await hub.StartAsync();

        await hub.InvokeAsync(FleetHubContract.WatchFleet);
        var snapshot = await ReadAsync(snapshots);
        await host.DeliverAsync(Telemetry("pump-1", 2, host.Now, seq: 1, value: 21));
        host.Time.Advance(TimeSpan.FromMilliseconds(100));
        var first = await ReadAsync(updates);
        await host.DeliverAsync(PubSubTopics.DeviceEvents, ContractsJson.Default.PresenceEvent, PresenceChange("pump-1", 3, Presence.Offline, host.Now));
        host.Time.Advance(TimeSpan.FromMilliseconds(100));
        var second = await ReadAsync(updates);

        Assert.Equal(20, Assert.Single(snapshot.Devices).Metrics["t"]);
        Assert.Equal((snapshot.Sequence + 1, 21.0), (first.Sequence, Assert.Single(first.Devices).Metrics["t"]));
        Assert.Equal((first.Sequence + 1, Presence.Offline), (second.Sequence, Assert.Single(second.Devices).Presence));
        Assert.Equal(1, second.Counters.Offline);
    }

    [Fact]
    public async Task Who_watches_a_device_gets_its_past_and_its_samples()
    {
        var views = new Dictionary<DeviceId, DeviceView> { [DeviceId.Parse("pump-1")] = View("pump-1", 1, Presence.Online, 5) };
        await using var host = await GatewayHost.StartAsync(views);
        await host.DeliverAsync(Telemetry("pump-1", 1, host.Now, value: 20));
        await using var hub = host.Hub();
        var batches = Collect<DeviceSamplesBatch>(hub, FleetHubContract.DeviceSamples);
        await hub.StartAsync();

        var snapshot = await hub.InvokeAsync<DeviceSnapshot>(FleetHubContract.WatchDevice, "pump-1");
        await host.DeliverAsync(Telemetry("pump-1", 2, host.Now, seq: 1, value: 21), Telemetry("pump-2", 1, host.Now));
        host.Time.Advance(TimeSpan.FromMilliseconds(100));
        var batch = await ReadAsync(batches);

        Assert.Equal(1, snapshot.View.Revision);
        Assert.Equal(20, Assert.Single(snapshot.Recent).Metrics["t"]);
        Assert.Equal(("pump-1", 21.0, 2L), (batch.Id.Value, Assert.Single(batch.Samples).Metrics["t"], batch.Row.Revision));
    }

    [Theory]
    [InlineData("no such id")]
    [InlineData("never-heard-of")]
    public async Task A_device_that_is_none_is_an_error_with_a_reason(string id)
    {
        await using var host = await GatewayHost.StartAsync();
        await using var hub = host.Hub();
        await hub.StartAsync();

        var error = await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync<DeviceSnapshot>(FleetHubContract.WatchDevice, id));

        Assert.Contains("device", error.Message, StringComparison.Ordinal);
    }

    private static ChannelReader<T> Collect<T>(HubConnection hub, string method)
    {
        var channel = Channel.CreateBounded<T>(1_000);
        hub.On<T>(method, message => channel.Writer.TryWrite(message));
        return channel.Reader;
    }

    private static async Task<T> ReadAsync<T>(ChannelReader<T> messages) => await messages.ReadAsync().AsTask().WaitAsync(Patience);
}
