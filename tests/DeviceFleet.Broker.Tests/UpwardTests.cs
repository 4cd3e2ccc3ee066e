using DeviceFleet.Broker.Upward;
using DeviceFleet.Contracts.Messaging;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using static DeviceFleet.Broker.Tests.BrokerUnderTest;
using static DeviceFleet.Broker.Tests.ClientSignals;

namespace DeviceFleet.Broker.Tests;

public sealed class UpwardTests
{
    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task A_publish_is_acknowledged_only_after_the_handler_accepted_it(MqttProtocolVersion version)
    {
        await using var test = await StartAsync();
        var verdict = new TaskCompletionSource<UpwardVerdict>();
        test.Answer = async (_, _) => await verdict.Task;
        var client = await test.ConnectAsync("pump-1", version);

        var publish = client.PublishAsync(Message("fleet/pump-1/telemetry", "{}"));
        var message = await test.NextUpwardAsync();
        Assert.False(publish.IsCompleted);
        Assert.Equal(("pump-1", DeviceTopicKind.Telemetry, "fleet/pump-1/telemetry"), (message.DeviceId.Value, message.Kind, message.Topic));
        Assert.Equal("{}"u8.ToArray(), message.Payload.ToArray());

        verdict.SetResult(UpwardVerdict.Accepted);
        var result = await publish.WaitAsync(Patience);

        Assert.Equal(MqttClientPublishReasonCode.Success, result.ReasonCode);
        Assert.Equal((1, 0), (test.Broker.Counters.UpwardAccepted, test.Broker.Counters.UpwardFailed));
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311, false)]
    [InlineData(MqttProtocolVersion.V500, false)]
    [InlineData(MqttProtocolVersion.V311, true)]
    [InlineData(MqttProtocolVersion.V500, true)]
    public async Task A_failed_message_is_not_acknowledged_and_the_device_may_send_it_again(MqttProtocolVersion version, bool throws)
    {
        await using var test = await StartAsync();
        test.Answer = (_, _) => throws ? throw new InvalidOperationException("broken") : ValueTask.FromResult(UpwardVerdict.Failed);
        var client = await test.ConnectAsync("pump-1", version);
        var disconnected = client.Disconnected();

        await Assert.ThrowsAnyAsync<MqttCommunicationException>(() => client.PublishAsync(Message("fleet/pump-1/telemetry", "1")).WaitAsync(Patience));
        await disconnected;

        test.Answer = (_, _) => ValueTask.FromResult(UpwardVerdict.Accepted);
        await client.ConnectAsync(test.Options("pump-1", version));
        var result = await client.PublishAsync(Message("fleet/pump-1/telemetry", "1")).WaitAsync(Patience);
        Assert.Equal(MqttClientPublishReasonCode.Success, result.ReasonCode);
        Assert.Equal((1, 1), (test.Broker.Counters.UpwardAccepted, test.Broker.Counters.UpwardFailed));
    }

    [Fact]
    public async Task A_slow_device_holds_up_no_other()
    {
        await using var test = await StartAsync();
        var slow = new TaskCompletionSource<UpwardVerdict>();
        test.Answer = async (message, _) => message.DeviceId.Value == "slow" ? await slow.Task : UpwardVerdict.Accepted;
        var slowClient = await test.ConnectAsync("slow", MqttProtocolVersion.V311);
        var quickClient = await test.ConnectAsync("quick", MqttProtocolVersion.V311);

        var waiting = slowClient.PublishAsync(Message("fleet/slow/telemetry", "1"));
        await test.NextUpwardAsync();
        for (var i = 0; i < 50; i++)
        {
            await quickClient.PublishAsync(Message("fleet/quick/telemetry", "1")).WaitAsync(Patience);
        }

        Assert.False(waiting.IsCompleted);
        Assert.Equal(1, test.Broker.Counters.UpwardInFlight);
        slow.SetResult(UpwardVerdict.Accepted);
        await waiting.WaitAsync(Patience);
    }

    [Fact]
    public async Task Messages_of_one_device_come_in_their_order_and_one_after_the_other()
    {
        await using var test = await StartAsync();
        var running = 0;
        test.Answer = async (_, _) =>
        {
            Assert.Equal(1, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
            return UpwardVerdict.Accepted;
        };
        var client = await test.ConnectAsync("pump-1", MqttProtocolVersion.V500);

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => client.PublishAsync(Message("fleet/pump-1/telemetry", $"{i}")))).WaitAsync(Patience);

        for (var i = 0; i < 200; i++)
        {
            Assert.Equal($"{i}", System.Text.Encoding.UTF8.GetString((await test.NextUpwardAsync()).Payload.Span));
        }
    }

    [Fact]
    public async Task Quality_of_service_0_is_handled_too_and_its_failure_does_not_cut_the_connection()
    {
        await using var test = await StartAsync();
        test.Answer = (_, _) => ValueTask.FromResult(UpwardVerdict.Failed);
        var client = await test.ConnectAsync("pump-1", MqttProtocolVersion.V311);

        await client.PublishAsync(Message("fleet/pump-1/telemetry", "1", MqttQualityOfServiceLevel.AtMostOnce));
        await test.NextUpwardAsync();
        test.Answer = (_, _) => ValueTask.FromResult(UpwardVerdict.Accepted);
        await client.PublishAsync(Message("fleet/pump-1/telemetry", "2")).WaitAsync(Patience);

        Assert.True(client.IsConnected);
    }

    [Fact]
    public async Task Retained_status_is_handed_up_with_its_flag_and_not_kept()
    {
        await using var test = await StartAsync();
        var client = await test.ConnectAsync("pump-1", MqttProtocolVersion.V500);

        await client.PublishAsync(new MqttApplicationMessageBuilder()
            .WithTopic("fleet/pump-1/status").WithPayload("{\"online\":true}").WithRetainFlag().WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build()).WaitAsync(Patience);

        var message = await test.NextUpwardAsync();
        Assert.True(message.Retain);
        Assert.Equal(DeviceTopicKind.Status, message.Kind);
        Assert.Empty(await test.Broker.Server.GetRetainedMessagesAsync());
    }

    [Fact]
    public async Task A_message_in_the_handler_at_stop_is_finished_and_others_get_no_will()
    {
        var test = await StartAsync();
        var verdict = new TaskCompletionSource<UpwardVerdict>();
        test.Answer = async (_, _) => await verdict.Task;
        var client = await test.ConnectAsync("pump-1", MqttProtocolVersion.V311, o => o.WithWillTopic("fleet/pump-1/status").WithWillPayload("gone"));
        var publish = client.PublishAsync(Message("fleet/pump-1/telemetry", "1"));
        await test.NextUpwardAsync();

        var stop = test.Broker.StopAsync(CancellationToken.None);
        verdict.SetResult(UpwardVerdict.Accepted);
        await stop.WaitAsync(Patience);

        Assert.Equal(1, test.Broker.Counters.UpwardAccepted);
        Assert.False(test.TryNextUpward(out _));
        await Task.WhenAny(publish).WaitAsync(Patience); // acknowledged or cut off: the broker promises neither
        await test.DisposeAsync();
    }

    [Fact]
    public async Task A_stuck_handler_does_not_hold_up_the_stop_beyond_its_time()
    {
        var test = await StartAsync(o => o with { StopTimeout = TimeSpan.FromMilliseconds(100) });
        test.Answer = async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return UpwardVerdict.Accepted;
        };
        var client = await test.ConnectAsync("pump-1", MqttProtocolVersion.V311);
        var publish = client.PublishAsync(Message("fleet/pump-1/telemetry", "1"));
        await test.NextUpwardAsync();

        await test.Broker.StopAsync(CancellationToken.None).WaitAsync(Patience);

        Assert.Equal((0, 1), (test.Broker.Counters.UpwardAccepted, test.Broker.Counters.UpwardFailed));
        await Assert.ThrowsAnyAsync<Exception>(() => publish.WaitAsync(Patience));
        await test.DisposeAsync();
    }
}
