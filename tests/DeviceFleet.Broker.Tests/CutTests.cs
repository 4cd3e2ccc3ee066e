using System.Diagnostics;
using DeviceFleet.Broker.Access;
using DeviceFleet.Broker.Downward;
using DeviceFleet.Broker.Upward;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using MQTTnet;
using MQTTnet.Formatter;
using static DeviceFleet.Broker.Tests.BrokerUnderTest;
using static DeviceFleet.Broker.Tests.ClientSignals;

namespace DeviceFleet.Broker.Tests;

/// <summary>Sessions that the host cuts, and authorities that take their time.</summary>
public sealed class CutTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task A_cut_session_ends_at_once_and_its_will_is_published(MqttProtocolVersion version)
    {
        await using var test = await StartAsync();
        var latencies = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            var client = await test.ConnectAsync("pump-1", version, o => o.WithWillTopic("fleet/pump-1/status").WithWillPayload("gone"));
            var disconnected = client.Disconnected();

            var start = Stopwatch.GetTimestamp();
            Assert.Equal(1, await test.Broker.DisconnectAsync(["pump-1", "nobody"]));
            var reason = (await disconnected).Reason;
            latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);

            if (version == MqttProtocolVersion.V500)
            {
                Assert.Equal(MqttClientDisconnectReason.NotAuthorized, reason);
            }

            var will = await test.NextUpwardAsync();
            Assert.Equal((true, DeviceTopicKind.Status), (will.IsWill, will.Kind));
        }

        Assert.Equal(DownwardOutcome.NotConnected, test.Broker.SendToDevice("fleet/pump-1/desired", "1"u8.ToArray(), retain: false));
        Assert.Equal(20, test.Broker.Counters.Cuts);
        output.WriteLine($"{version}: 20 cuts, the client knew after {latencies.Order().ElementAt(10):0.0} ms (median), {latencies.Max():0.0} ms at worst");
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task Who_was_being_let_in_while_the_cut_came_does_not_get_in(MqttProtocolVersion version)
    {
        await using var test = await StartAsync();
        var asked = new TaskCompletionSource();
        var verdict = new TaskCompletionSource<DeviceVerdict>();
        test.Decide = async (_, _, _) =>
        {
            asked.SetResult();
            return await verdict.Task;
        };
        var connecting = test.NewClient().ConnectAsync(test.Options("pump-1", version));
        await asked.Task.WaitAsync(Patience);

        var cut = await test.Broker.DisconnectAsync(["pump-1"]);
        verdict.SetResult(DeviceVerdict.Accepted);

        Assert.Equal(1, cut);
        Assert.Equal(MqttClientConnectResultCode.NotAuthorized, (await connecting.WaitAsync(Patience)).ResultCode);
        Assert.Equal(RejectionReasons.NotActive, (await test.NextRejectedAsync()).Reason);

        test.Decide = (_, _, _) => ValueTask.FromResult(DeviceVerdict.Accepted);
        Assert.True((await test.ConnectAsync("pump-1", version)).IsConnected);
    }

    [Fact]
    public async Task A_handler_that_is_stuck_does_not_keep_a_cut_session_alive()
    {
        await using var test = await StartAsync(o => o with { CutTimeout = TimeSpan.FromMilliseconds(50) });
        var stuck = new TaskCompletionSource<UpwardVerdict>();
        test.Answer = async (_, _) => await stuck.Task;
        var client = await test.ConnectAsync("pump-1", MqttProtocolVersion.V311);
        var disconnected = client.Disconnected();
        var publish = client.PublishAsync(Message("fleet/pump-1/telemetry", "1"));
        await test.NextUpwardAsync();

        await test.Broker.DisconnectAsync(["pump-1"]).WaitAsync(Patience);

        await disconnected;
        await Assert.ThrowsAnyAsync<Exception>(() => publish.WaitAsync(Patience));
        stuck.SetResult(UpwardVerdict.Accepted);
    }

    [Fact]
    public async Task Cuts_and_connects_at_the_same_time_leave_nobody_in_who_was_decided_about_before_a_cut()
    {
        await using var test = await StartAsync();
        var revoked = 0;
        test.Decide = async (_, _, _) =>
        {
            var decided = Volatile.Read(ref revoked);
            await Task.Yield();
            return decided == 0 ? DeviceVerdict.Accepted : DeviceVerdict.Refused(RejectionReasons.NotActive, "Suspended.");
        };
        for (var round = 0; round < 30; round++)
        {
            Volatile.Write(ref revoked, 0);
            var ids = Enumerable.Range(0, 20).Select(i => $"pump-{i}").ToList();
            var clients = ids.Select(_ => test.NewClient()).ToList();
            var connecting = clients.Zip(ids).Select(pair => ConnectAsync(test, pair.First, pair.Second)).ToList();
            await Task.WhenAny(connecting);

            Volatile.Write(ref revoked, 1);
            await test.Broker.DisconnectAsync(ids).WaitAsync(Patience);
            await Task.WhenAll(connecting).WaitAsync(Patience);

            await UntilAsync(() => clients.TrueForAll(client => !client.IsConnected));
            foreach (var id in ids)
            {
                Assert.Equal(DownwardOutcome.NotConnected, test.Broker.SendToDevice($"fleet/{id}/desired", "1"u8.ToArray(), retain: false));
            }
        }
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311, MqttClientConnectResultCode.ServerUnavailable)]
    [InlineData(MqttProtocolVersion.V500, MqttClientConnectResultCode.ServerBusy)]
    public async Task An_authority_that_is_busy_fails_or_takes_too_long_makes_devices_come_again(MqttProtocolVersion version, MqttClientConnectResultCode code)
    {
        await using var test = await StartAsync(o => o with { AuthorityTimeout = TimeSpan.FromMilliseconds(100) });
        Func<CancellationToken, ValueTask<DeviceVerdict>>[] authorities =
        [
            _ => ValueTask.FromResult(DeviceVerdict.Busy),
            _ => throw new IOException("broken"),
            async token =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return DeviceVerdict.Accepted;
            },
        ];

        foreach (var authority in authorities)
        {
            test.Decide = (_, _, token) => authority(token);
            var result = await test.NewClient().ConnectAsync(test.Options("pump-1", version)).WaitAsync(Patience);
            Assert.Equal(code, result.ResultCode);
        }

        Assert.Equal((3, 0), (test.Broker.Counters.ConnectsBusy, test.Broker.Counters.Rejected.Count));
    }

    [Fact]
    public async Task A_suspended_device_is_not_authorized()
    {
        await using var test = await StartAsync();
        test.Decide = (_, _, _) => ValueTask.FromResult(DeviceVerdict.Refused(RejectionReasons.NotActive, "Suspended."));

        var result = await test.NewClient().ConnectAsync(test.Options("pump-1", MqttProtocolVersion.V500)).WaitAsync(Patience);

        Assert.Equal(MqttClientConnectResultCode.NotAuthorized, result.ResultCode);
        Assert.Equal(RejectionReasons.NotActive, (await test.NextRejectedAsync()).Reason);
    }

    private static async Task ConnectAsync(BrokerUnderTest test, IMqttClient client, string id)
    {
        try
        {
            await client.ConnectAsync(test.Options(id, MqttProtocolVersion.V500));
        }
        catch (Exception)
        {
            // cut before it was connected
        }
    }
}
