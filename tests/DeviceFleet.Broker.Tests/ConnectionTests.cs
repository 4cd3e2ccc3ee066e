using System.Net.Sockets;
using DeviceFleet.Broker.Upward;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using static DeviceFleet.Broker.Tests.BrokerUnderTest;
using static DeviceFleet.Broker.Tests.ClientSignals;

namespace DeviceFleet.Broker.Tests;

public sealed class ConnectionTests
{
    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task A_second_connection_of_a_device_takes_over_and_the_first_is_cut_without_its_will(MqttProtocolVersion version)
    {
        await using var test = await StartAsync();
        var first = await test.ConnectAsync("pump-1", version, WithWill);
        var cut = first.Disconnected();

        var second = await test.ConnectAsync("pump-1", version, WithWill);
        var reason = (await cut).Reason;
        await second.PublishAsync(Message("fleet/pump-1/telemetry", "1")).WaitAsync(Patience);

        if (version == MqttProtocolVersion.V500)
        {
            Assert.Equal(MqttClientDisconnectReason.SessionTakenOver, reason);
        }

        var rejected = await test.NextRejectedAsync();
        Assert.Equal((RejectionReasons.SessionTakenOver, "pump-1"), (rejected.Reason, rejected.DeviceId?.Value));
        Assert.Equal((1, 2), (test.Broker.Counters.Takeovers, test.Broker.Counters.Connects));
        Assert.False((await test.NextUpwardAsync()).IsWill);
        Assert.False(test.TryNextUpward(out _));
    }

    [Fact]
    public async Task Many_takeovers_in_a_row_leave_one_connection_and_publish_no_will()
    {
        await using var test = await StartAsync();
        var clients = new List<IMqttClient>();

        for (var i = 0; i < 50; i++)
        {
            clients.Add(await test.ConnectAsync("pump-1", i % 2 == 0 ? MqttProtocolVersion.V311 : MqttProtocolVersion.V500, WithWill));
        }

        await clients[^1].PublishAsync(Message("fleet/pump-1/telemetry", "1")).WaitAsync(Patience);
        Assert.False((await test.NextUpwardAsync()).IsWill);
        Assert.False(test.TryNextUpward(out _));
        Assert.Equal((49, 50), (test.Broker.Counters.Takeovers, test.Broker.Counters.Connects));

        clients[^1].Dispose();
        Assert.True((await test.NextUpwardAsync()).IsWill);
    }

    [Fact]
    public async Task After_a_takeover_the_newer_connection_is_the_one_that_is_sent_to()
    {
        await using var test = await StartAsync();
        var first = await test.ConnectAsync("pump-1", MqttProtocolVersion.V500);
        await first.SubscribeAsync("fleet/pump-1/commands/+", MqttQualityOfServiceLevel.AtLeastOnce);
        var cut = first.Disconnected();
        var second = await test.ConnectAsync("pump-1", MqttProtocolVersion.V500, o => o.WithCleanStart(false).WithSessionExpiryInterval(600));
        await cut;

        Assert.Equal(Downward.DownwardOutcome.NotSubscribed, test.Broker.SendToDevice("fleet/pump-1/commands/c1", "{}"u8.ToArray(), retain: false));

        var received = second.Received();
        await second.SubscribeAsync("fleet/pump-1/commands/+", MqttQualityOfServiceLevel.AtLeastOnce);
        Assert.Equal(Downward.DownwardOutcome.Enqueued, test.Broker.SendToDevice("fleet/pump-1/commands/c1", "{}"u8.ToArray(), retain: false));
        Assert.Equal("fleet/pump-1/commands/c1", (await received.NextAsync()).Topic);
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task A_connection_that_breaks_has_its_will_handed_up(MqttProtocolVersion version)
    {
        await using var test = await StartAsync();
        var client = await test.ConnectAsync("pump-1", version, WithWill);

        client.Dispose(); // closes the socket without DISCONNECT

        var will = await test.NextUpwardAsync();
        Assert.Equal((true, DeviceTopicKind.Status, true), (will.IsWill, will.Kind, will.Retain));
        Assert.Equal("{\"online\":false}"u8.ToArray(), will.Payload.ToArray());
    }

    [Fact]
    public async Task A_connection_that_says_goodbye_has_no_will_unless_it_asks_for_it()
    {
        await using var test = await StartAsync();
        var polite = await test.ConnectAsync("pump-1", MqttProtocolVersion.V500, WithWill);
        var wilful = await test.ConnectAsync("pump-2", MqttProtocolVersion.V500, o => o.WithWillTopic("fleet/pump-2/status").WithWillPayload("gone"));

        await polite.DisconnectAsync(MqttClientDisconnectOptionsReason.NormalDisconnection);
        await wilful.DisconnectAsync(MqttClientDisconnectOptionsReason.DisconnectWithWillMessage);

        Assert.Equal("pump-2", (await test.NextUpwardAsync()).DeviceId.Value);
        Assert.False(test.TryNextUpward(out _));
    }

    [Fact]
    public async Task A_will_that_is_not_accepted_is_offered_again()
    {
        await using var test = await StartAsync(o => o with { WillRetryDelay = TimeSpan.FromMilliseconds(1) });
        var offers = 0;
        test.Answer = (_, _) => ValueTask.FromResult(++offers < 3 ? UpwardVerdict.Failed : UpwardVerdict.Accepted);
        var client = await test.ConnectAsync("pump-1", MqttProtocolVersion.V311, WithWill);

        client.Dispose();

        for (var i = 0; i < 3; i++)
        {
            Assert.True((await test.NextUpwardAsync()).IsWill);
        }

        Assert.Equal(0, test.Broker.Counters.WillsLost);
    }

    [Theory]
    [InlineData("fleet/pump-2/status", RejectionReasons.WrongDevice)]
    [InlineData("fleet/pump-1/desired", RejectionReasons.WrongTopic)]
    public async Task A_will_on_a_foreign_topic_is_refused_with_its_connection(string topic, string reason)
    {
        await using var test = await StartAsync();

        var result = await test.NewClient().ConnectAsync(
            test.Options("pump-1", MqttProtocolVersion.V500, o => o.WithWillTopic(topic).WithWillPayload("x"))).WaitAsync(Patience);

        Assert.Equal(MqttClientConnectResultCode.NotAuthorized, result.ResultCode);
        Assert.Equal(reason, (await test.NextRejectedAsync()).Reason);
        Assert.False(test.TryNextUpward(out _));
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task A_packet_that_announces_too_much_is_refused_before_it_is_read(MqttProtocolVersion version)
    {
        await using var test = await StartAsync();
        var client = await test.ConnectAsync("pump-1", version);
        var other = await test.ConnectAsync("pump-2", version);
        var disconnected = client.Disconnected();

        await Assert.ThrowsAnyAsync<Exception>(() => client.PublishAsync(Message("fleet/pump-1/telemetry", new string('x', 1_000_000))).WaitAsync(Patience));

        await disconnected;
        var rejected = await test.NextRejectedAsync();
        Assert.Equal((RejectionReasons.TooLarge, "pump-1", "fleet/pump-1/telemetry"), (rejected.Reason, rejected.DeviceId?.Value, rejected.Topic));
        Assert.InRange(rejected.PayloadBytes, 1_000_000, 1_000_100);
        await other.PublishAsync(Message("fleet/pump-2/telemetry", "1")).WaitAsync(Patience);
    }

    [Fact]
    public async Task A_payload_of_exactly_the_bound_passes_and_one_byte_more_is_refused()
    {
        await using var test = await StartAsync();
        var client = await test.ConnectAsync("pump-1", MqttProtocolVersion.V500);

        var fits = await client.PublishAsync(Message("fleet/pump-1/telemetry", new string('x', MqttTopics.PayloadBytesMax))).WaitAsync(Patience);
        var tooLarge = await client.PublishAsync(Message("fleet/pump-1/telemetry", new string('x', MqttTopics.PayloadBytesMax + 1))).WaitAsync(Patience);

        Assert.Equal((MqttClientPublishReasonCode.Success, MqttClientPublishReasonCode.QuotaExceeded), (fits.ReasonCode, tooLarge.ReasonCode));
        Assert.Equal(MqttTopics.PayloadBytesMax + 1, (await test.NextRejectedAsync()).PayloadBytes);
    }

    [Fact]
    public async Task A_client_that_says_nothing_is_cut_after_its_time()
    {
        await using var test = await StartAsync(o => o with { ConnectTimeout = TimeSpan.FromMilliseconds(50) });
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", test.Broker.Port);

        await ClosedAsync(socket);
    }

    [Fact]
    public async Task Garbage_is_cut_and_harms_nobody()
    {
        await using var test = await StartAsync(o => o with { ConnectTimeout = TimeSpan.FromMilliseconds(100) });
        var client = await test.ConnectAsync("pump-1", MqttProtocolVersion.V311);
        foreach (var garbage in new byte[][] { "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), [0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x10, 0xFF, 0xFF, 0xFF, 0x7F, 0x00] })
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync("127.0.0.1", test.Broker.Port);
            await socket.GetStream().WriteAsync(garbage);
            await ClosedAsync(socket);
        }

        await client.PublishAsync(Message("fleet/pump-1/telemetry", "1")).WaitAsync(Patience);
        Assert.True(client.IsConnected);
    }

    [Fact]
    public async Task Mqtt_5_clients_are_told_the_limits()
    {
        await using var test = await StartAsync();

        var result = await test.NewClient().ConnectAsync(test.Options("pump-1", MqttProtocolVersion.V500, o => o.WithNoKeepAlive()));

        Assert.Equal((1_200, MqttQualityOfServiceLevel.AtLeastOnce, false), (result.ServerKeepAlive, result.MaximumQoS, result.SharedSubscriptionAvailable));
        Assert.Equal(68u * 1024, result.MaximumPacketSize);
    }

    private static async Task ClosedAsync(TcpClient socket)
    {
        try
        {
            Assert.Equal(0, await socket.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Patience));
        }
        catch (IOException)
        {
            // reset instead of closed
        }
    }

    private static void WithWill(MqttClientOptionsBuilder options) =>
        options.WithWillTopic("fleet/pump-1/status").WithWillPayload("{\"online\":false}").WithWillRetain().WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce);
}
