using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.EndToEnd.Tests.Processes;
using Microsoft.AspNetCore.SignalR.Client;
using MQTTnet;
using MQTTnet.Exceptions;

namespace DeviceFleet.EndToEnd.Tests.Live;

/// <summary>What must not get in is refused with a reason that the operator sees, and blocks nobody.</summary>
public sealed class RefusalTests(FleetFixture fleet)
{
    [Theory]
    [InlineData("not-json", "{\"metrics\":{\"temp\":1", RejectionReasons.Malformed)]
    [InlineData("wrong-shape", "{\"metrics\":[1,2]}", RejectionReasons.Malformed)]
    [InlineData("no-metrics", "{\"boot\":1,\"seq\":1}", RejectionReasons.Malformed)]
    [InlineData("text-value", "{\"metrics\":{\"temp\":\"hot\"}}", RejectionReasons.Malformed)]
    [InlineData("empty", "", RejectionReasons.Malformed)]
    [InlineData("negative-seq", "{\"boot\":1,\"seq\":-5,\"metrics\":{\"temp\":1}}", RejectionReasons.OutOfBounds)]
    [InlineData("no-values", "{\"boot\":1,\"seq\":1,\"metrics\":{}}", RejectionReasons.OutOfBounds)]
    public async Task An_unreadable_message_is_settled_counted_and_shown_and_the_next_one_counts(string name, string payload, string reason)
    {
        await using var stage = await Stage.SetAsync(fleet, "bad-" + name);

        var settled = await stage.Device.PublishAsync(MqttTopics.Telemetry(stage.Device.Id), payload);
        var next = await stage.Device.SendAsync(7, 30);

        Assert.True(settled.IsSuccess);
        Assert.True(next.IsSuccess);
        await stage.Watch.UntilAsync("the refusal", seen => seen.Rejections.Any(r => r.DeviceId == stage.Device.Id && r.Reason == reason));
        var view = await stage.ViewAsync();
        Assert.Equal((2, 1, 1), (view.Totals.Received, view.Totals.Applied, view.Totals.Invalid));
        Assert.Equal(reason, view.LastRejection);
        Assert.Empty(stage.Watch.Faults);
    }

    [Fact]
    public async Task A_sample_sent_twice_counts_once()
    {
        await using var stage = await Stage.SetAsync(fleet, "twice");

        await stage.Device.SendAsync(3, 1);
        await stage.Device.SendAsync(3, 1);

        var view = await stage.ViewAsync();
        Assert.Equal((2, 1, 1), (view.Totals.Received, view.Totals.Applied, view.Totals.Duplicates));
    }

    [Fact]
    public async Task A_late_sample_counts_but_does_not_overwrite_and_one_too_late_is_refused()
    {
        await using var stage = await Stage.SetAsync(fleet, "late");

        await stage.Device.SendAsync(2000, 50);
        await stage.Device.SendAsync(1999, 49);
        await stage.Device.SendAsync(5, 1);

        await stage.Watch.UntilAsync("too late", seen => seen.Rejections.Any(r => r.DeviceId == stage.Device.Id && r.Reason == RejectionReasons.TooLate));
        var view = await stage.ViewAsync();
        Assert.Equal((3, 2, 1), (view.Totals.Received, view.Totals.Applied, view.Totals.TooLate));
        Assert.Equal(50, view.Metrics["temp"]);
    }

    [Theory]
    [InlineData("fleet/somebody-else/telemetry", RejectionReasons.WrongDevice)]
    [InlineData("fleet/wrong-topic/desired", RejectionReasons.WrongTopic)]
    [InlineData("anything/else", RejectionReasons.WrongTopic)]
    [InlineData(MqttTopics.BrokerRejections, RejectionReasons.WrongTopic)]
    public async Task A_message_on_a_topic_that_is_not_the_devices_own_is_refused(string topic, string reason)
    {
        await using var stage = await Stage.SetAsync(fleet, "wrong-topic");

        var accepted = await AcceptedAsync(() => stage.Device.PublishAsync(topic, """{"boot":1,"seq":1,"metrics":{"temp":1}}"""));

        Assert.False(accepted);
        await stage.Watch.UntilAsync("the refusal", seen => seen.Rejections.Any(r => r.Topic == topic && r.Reason == reason && r.By == "broker"));
        Assert.Null(await LocalProcess.DeviceAsync(stage.Client, DeviceId.Parse("somebody-else")));
    }

    [Fact]
    public async Task An_oversized_message_is_refused()
    {
        await using var stage = await Stage.SetAsync(fleet, "oversized");

        var accepted = await AcceptedAsync(() => stage.Device.PublishAsync(MqttTopics.Telemetry(stage.Device.Id), new byte[MqttTopics.PayloadBytesMax + 1]));

        Assert.False(accepted);
        await stage.Watch.UntilAsync("the refusal", seen => seen.Rejections.Any(r => r.Reason == RejectionReasons.TooLarge));
    }

    [Fact]
    public async Task A_wrong_password_another_client_id_and_foreign_subscriptions_are_refused()
    {
        await using var stage = await Stage.SetAsync(fleet, "intruder");
        await using var wrongPassword = new MqttDevice(fleet.Local, "intruder-2");
        await using var wrongClientId = new MqttDevice(fleet.Local, "intruder-3");

        Assert.NotEqual(MqttClientConnectResultCode.Success, await ConnectCodeAsync(() => wrongPassword.ConnectAsync(password: "guess")));
        Assert.NotEqual(MqttClientConnectResultCode.Success, await ConnectCodeAsync(() => wrongClientId.ConnectAsync(clientId: "intruder")));
        foreach (var filter in (string[])["#", "fleet/+/desired", "fleet/other/commands/+", "$SYS/#"])
        {
            Assert.True(await RefusedAsync(() => stage.Device.SubscribeAsync(filter)), filter);
        }

        Assert.True((int)await stage.Device.SubscribeAsync(MqttTopics.Desired(stage.Device.Id)) < 0x80);
        await stage.Watch.UntilAsync("all refusals", seen => ((string[])
            [RejectionReasons.BadCredentials, RejectionReasons.WrongClientId, RejectionReasons.WrongSubscription]).All(reason => seen.Rejections.Any(r => r.Reason == reason)));
    }

    [Fact]
    public async Task A_second_connection_takes_the_session_over_and_the_device_stays_online()
    {
        await using var stage = await Stage.SetAsync(fleet, "twin-session");
        await using var second = new MqttDevice(fleet.Local, "twin-session");

        Assert.Equal(MqttClientConnectResultCode.Success, await second.ConnectAsync());
        var result = await second.SendAsync(1, 5);

        Assert.True(result.IsSuccess);
        await stage.Watch.UntilAsync("the takeover", seen => seen.Rejections.Any(r => r.DeviceId == second.Id && r.Reason == RejectionReasons.SessionTakenOver));
        var view = await stage.ViewAsync();
        Assert.Equal(1, view.Totals.Applied);
    }

    private static async Task<bool> AcceptedAsync(Func<Task<MqttClientPublishResult>> publish)
    {
        try
        {
            return (await publish()).IsSuccess;
        }
        catch (MqttCommunicationException)
        {
            return false; // the broker closed the connection instead of acknowledging
        }
    }

    private static async Task<bool> RefusedAsync(Func<Task<MqttClientSubscribeResultCode>> subscribe) => (int)await subscribe() >= 0x80;

    private static async Task<MqttClientConnectResultCode> ConnectCodeAsync(Func<Task<MqttClientConnectResultCode>> connect)
    {
        try
        {
            return await connect();
        }
        catch (MqttCommunicationException)
        {
            return MqttClientConnectResultCode.NotAuthorized;
        }
    }

    /// <summary>A connected device and somebody who watches.</summary>
    private sealed class Stage(HttpClient client, HubConnection hub, HubWatch watch, MqttDevice device) : IAsyncDisposable
    {
        public HttpClient Client => client;

        public HubWatch Watch => watch;

        public MqttDevice Device => device;

        public static async Task<Stage> SetAsync(FleetFixture fleet, string name)
        {
            var (client, cookies) = await fleet.Local.SignInAsync();
            var hub = await fleet.Local.ConnectHubAsync(cookies);
            var watch = await HubWatch.StartAsync(hub);
            var device = new MqttDevice(fleet.Local, name);
            Assert.Equal(MqttClientConnectResultCode.Success, await device.ConnectAsync());
            return new Stage(client, hub, watch, device);
        }

        /// <summary>As the actor tells it; the gateway has to have heard of the device, which it does a moment after the device did something.</summary>
        public async Task<DeviceView> ViewAsync()
        {
            await watch.UntilAsync("the device's row", seen => seen.Rows.ContainsKey(device.Id.Value));
            return await LocalProcess.DeviceAsync(client, device.Id) ?? throw new InvalidOperationException("The device is not known.");
        }

        public async ValueTask DisposeAsync()
        {
            await device.DisposeAsync();
            await hub.DisposeAsync();
            client.Dispose();
        }
    }
}
