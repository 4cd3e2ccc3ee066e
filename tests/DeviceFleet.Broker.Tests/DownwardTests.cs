using System.Buffers;
using DeviceFleet.Broker.Downward;
using DeviceFleet.Contracts.Messaging;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using static DeviceFleet.Broker.Tests.BrokerUnderTest;

namespace DeviceFleet.Broker.Tests;

public sealed class DownwardTests
{
    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task A_command_reaches_the_device_that_subscribed(MqttProtocolVersion version)
    {
        await using var test = await StartAsync();
        var client = await test.ConnectAsync("pump-1", version);
        var received = client.Received();
        await client.SubscribeAsync("fleet/pump-1/commands/+", MqttQualityOfServiceLevel.ExactlyOnce);

        Assert.Equal(DownwardOutcome.Enqueued, test.Broker.SendToDevice("fleet/pump-1/commands/c1", "{\"name\":\"open\"}"u8.ToArray(), retain: false));

        var message = await received.NextAsync();
        Assert.Equal(("fleet/pump-1/commands/c1", MqttQualityOfServiceLevel.AtLeastOnce, false), (message.Topic, message.QualityOfServiceLevel, message.Retain));
        Assert.Equal("{\"name\":\"open\"}"u8.ToArray(), message.Payload.ToArray());
    }

    [Fact]
    public async Task A_device_that_speaks_MQTT_5_is_told_where_to_answer_a_command()
    {
        await using var test = await StartAsync();
        var client = await test.ConnectAsync("pump-1", MqttProtocolVersion.V500);
        var received = client.Received();
        await client.SubscribeAsync("fleet/pump-1/commands/+", MqttQualityOfServiceLevel.AtLeastOnce);
        await client.SubscribeAsync("fleet/pump-1/desired", MqttQualityOfServiceLevel.AtLeastOnce);

        test.Broker.SendToDevice("fleet/pump-1/commands/18c-7", "{}"u8.ToArray(), retain: false);
        test.Broker.SendToDevice("fleet/pump-1/desired", "{}"u8.ToArray(), retain: true);

        var command = await received.NextAsync();
        Assert.Equal(("fleet/pump-1/commands/18c-7/result", "18c-7"), (command.ResponseTopic, System.Text.Encoding.UTF8.GetString(command.CorrelationData)));
        Assert.Null((await received.NextAsync()).ResponseTopic);
        var answer = new MqttApplicationMessageBuilder()
            .WithTopic(command.ResponseTopic).WithCorrelationData(command.CorrelationData).WithPayload("""{"ok":true}""")
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build();
        Assert.Equal(MqttClientPublishReasonCode.Success, (await client.PublishAsync(answer)).ReasonCode);
        var upward = await test.NextUpwardAsync();
        Assert.Equal((DeviceTopicKind.CommandResult, "18c-7"), (upward.Kind, MqttTopics.CommandIdOf(upward.Topic)));
    }

    [Fact]
    public async Task What_cannot_be_sent_says_why()
    {
        await using var test = await StartAsync();
        await test.ConnectAsync("pump-1", MqttProtocolVersion.V311);
        var payload = "{}"u8.ToArray();

        Assert.Equal(DownwardOutcome.NotConnected, test.Broker.SendToDevice("fleet/pump-2/commands/c1", payload, retain: false));
        Assert.Equal(DownwardOutcome.NotSubscribed, test.Broker.SendToDevice("fleet/pump-1/commands/c1", payload, retain: false));
        Assert.Equal(DownwardOutcome.Refused, test.Broker.SendToDevice("fleet/pump-1/telemetry", payload, retain: false));
        Assert.Equal(DownwardOutcome.Refused, test.Broker.SendToDevice("elsewhere", payload, retain: false));
        Assert.Equal(DownwardOutcome.Refused, test.Broker.SendToDevice("fleet/pump-1/desired", new byte[MqttTopics.PayloadBytesMax + 1], retain: true));
        Assert.Equal((0, 5), (test.Broker.Counters.DownwardEnqueued, test.Broker.Counters.DownwardNotEnqueued));
    }

    [Fact]
    public async Task Retained_desired_waits_for_the_device_to_subscribe_and_is_replaced_and_cleared()
    {
        await using var test = await StartAsync();
        Assert.Equal(DownwardOutcome.NotConnected, test.Broker.SendToDevice("fleet/pump-1/desired", "1"u8.ToArray(), retain: true));
        Assert.Equal(DownwardOutcome.NotConnected, test.Broker.SendToDevice("fleet/pump-1/desired", "2"u8.ToArray(), retain: true));
        var client = await test.ConnectAsync("pump-1", MqttProtocolVersion.V500);
        var received = client.Received();

        await client.SubscribeAsync("fleet/pump-1/desired", MqttQualityOfServiceLevel.AtLeastOnce);
        var kept = await received.NextAsync();
        Assert.Equal((true, "2"), (kept.Retain, System.Text.Encoding.UTF8.GetString(kept.Payload.ToArray())));

        test.Broker.SendToDevice("fleet/pump-1/desired", "3"u8.ToArray(), retain: true);
        var live = await received.NextAsync();
        Assert.Equal((false, "3"), (live.Retain, System.Text.Encoding.UTF8.GetString(live.Payload.ToArray())));

        test.Broker.SendToDevice("fleet/pump-1/desired", ReadOnlyMemory<byte>.Empty, retain: true);
        Assert.Equal(0, (await received.NextAsync()).Payload.Length);
        await client.SubscribeAsync("fleet/pump-1/desired", MqttQualityOfServiceLevel.AtLeastOnce);
        await client.PingAsync();
        Assert.False(received.TryRead(out _));
    }

    [Fact]
    public void Retained_messages_are_bounded()
    {
        var retained = new RetainedDesired(2);

        Assert.True(retained.Keep("a", "1"u8.ToArray()));
        Assert.True(retained.Keep("b", "1"u8.ToArray()));
        Assert.False(retained.Keep("c", "1"u8.ToArray()));
        Assert.True(retained.Keep("a", "2"u8.ToArray()));
        Assert.True(retained.Keep("a", ReadOnlyMemory<byte>.Empty));
        Assert.True(retained.Keep("c", "1"u8.ToArray()));
        Assert.True(retained.TryGet("c", out _));
    }

    [Fact]
    public async Task A_device_that_does_not_acknowledge_is_sent_no_more_than_the_bound()
    {
        await using var test = await StartAsync(o => o with { DownwardPerConnectionMax = 3 });
        var client = await test.ConnectAsync("pump-1", MqttProtocolVersion.V500);
        var hold = new TaskCompletionSource();
        var acknowledged = new TaskCompletionSource();
        var seen = 0;
        client.ApplicationMessageReceivedAsync += async args =>
        {
            args.AutoAcknowledge = false;
            await hold.Task;
            await args.AcknowledgeAsync(CancellationToken.None);
            if (++seen == 3)
            {
                acknowledged.SetResult();
            }
        };
        await client.SubscribeAsync("fleet/pump-1/commands/+", MqttQualityOfServiceLevel.AtLeastOnce);

        var outcomes = Enumerable.Range(0, 4).Select(i => test.Broker.SendToDevice($"fleet/pump-1/commands/c{i}", "{}"u8.ToArray(), retain: false)).ToList();
        hold.SetResult();
        await acknowledged.Task.WaitAsync(Patience);
        await client.PingAsync(); // the broker reads in order: it has read the acknowledgements now

        Assert.Equal([DownwardOutcome.Enqueued, DownwardOutcome.Enqueued, DownwardOutcome.Enqueued, DownwardOutcome.QueueFull], outcomes);
        Assert.Equal(DownwardOutcome.Enqueued, test.Broker.SendToDevice("fleet/pump-1/commands/c9", "{}"u8.ToArray(), retain: false));
    }
}
