using DeviceFleet.Broker.Access;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using Microsoft.Extensions.Logging.Abstractions;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using static DeviceFleet.Broker.Tests.BrokerUnderTest;
using static DeviceFleet.Broker.Tests.ClientSignals;

namespace DeviceFleet.Broker.Tests;

public sealed class AccessTests
{
    private static readonly Principal Pump = Principal.OfDevice(DeviceId.Parse("pump-1"));

    [Theory]
    [InlineData("fleet/pump-1/telemetry", null)]
    [InlineData("fleet/pump-1/status", null)]
    [InlineData("fleet/pump-1/reported", null)]
    [InlineData("fleet/pump-1/commands/c1/result", null)]
    [InlineData("fleet/pump-1/twin/get", null)]
    [InlineData("fleet/pump-2/twin/get", RejectionReasons.WrongDevice)]
    [InlineData("fleet/pump-1/twin/set", RejectionReasons.WrongTopic)]
    [InlineData("fleet/pump-1/desired", RejectionReasons.WrongTopic)]
    [InlineData("fleet/pump-1/credentials", RejectionReasons.WrongTopic)]
    [InlineData("provision/pump-1/request", RejectionReasons.WrongTopic)]
    [InlineData("provision/pump-1/response", RejectionReasons.WrongTopic)]
    [InlineData("broker/kickout", RejectionReasons.WrongTopic)]
    [InlineData("fleet/pump-1/commands/c1", RejectionReasons.WrongTopic)]
    [InlineData("fleet/pump-2/telemetry", RejectionReasons.WrongDevice)]
    [InlineData("fleet/pump-10/telemetry", RejectionReasons.WrongDevice)]
    [InlineData("fleet/pump-1/telemetry/x", RejectionReasons.WrongTopic)]
    [InlineData("Fleet/pump-1/telemetry", RejectionReasons.WrongTopic)]
    [InlineData("broker/rejections", RejectionReasons.WrongTopic)]
    [InlineData("$SYS/broker", RejectionReasons.WrongTopic)]
    [InlineData("", RejectionReasons.WrongTopic)]
    public void A_device_publishes_only_on_its_own_upward_topics(string topic, string? reason) =>
        Assert.Equal(reason, AccessRules.Publish(Pump, topic, out _, out _)?.Reason);

    [Theory]
    [InlineData("fleet/pump-1/desired", true)]
    [InlineData("fleet/pump-1/credentials", true)]
    [InlineData("fleet/pump-2/credentials", false)]
    [InlineData("provision/pump-1/response", false)]
    [InlineData("provision/+/request", false)]
    [InlineData("fleet/pump-1/commands/+", true)]
    [InlineData("fleet/pump-1/commands/c1", true)]
    [InlineData("fleet/pump-1/commands/#", false)]
    [InlineData("fleet/pump-1/#", false)]
    [InlineData("fleet/pump-1/+", false)]
    [InlineData("fleet/+/desired", false)]
    [InlineData("fleet/pump-2/desired", false)]
    [InlineData("fleet/pump-1/telemetry", false)]
    [InlineData("fleet/pump-1/commands/c1/result", false)]
    [InlineData("fleet/pump-1/twin/get", false)]
    [InlineData("#", false)]
    [InlineData("$share/g/fleet/pump-1/desired", false)]
    [InlineData(MqttTopics.BrokerRejections, false)]
    public void A_device_subscribes_only_to_its_own_downward_topics(string filter, bool allowed) =>
        Assert.Equal(allowed, AccessRules.Subscribe(Pump, filter) is null);

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task A_wrong_password_is_refused_with_a_reason_and_told(MqttProtocolVersion version)
    {
        await using var test = await StartAsync();

        var result = await TryConnectAsync(test, test.Options("pump-1", version, o => o.WithCredentials("pump-1", PasswordOf("pump-2"))));

        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, result);
        var rejected = await test.NextRejectedAsync();
        Assert.Equal((RejectionReasons.BadCredentials, "pump-1", "broker"), (rejected.Reason, rejected.DeviceId?.Value, rejected.By));
        Assert.Equal(1, test.Broker.Counters.Rejected[RejectionReasons.BadCredentials]);
        Assert.Equal(0, test.Broker.Counters.Connects);
    }

    [Theory]
    [InlineData("pump-1", "pump-2", RejectionReasons.WrongClientId)]
    [InlineData("pump-1", "runtime/pump-1", RejectionReasons.WrongClientId)]
    public async Task A_client_id_other_than_the_device_id_is_refused(string user, string clientId, string reason)
    {
        await using var test = await StartAsync();

        var result = await TryConnectAsync(test, test.Options(user, MqttProtocolVersion.V500, o => o.WithClientId(clientId)));

        Assert.Equal(MqttClientConnectResultCode.ClientIdentifierNotValid, result);
        Assert.Equal(reason, (await test.NextRejectedAsync()).Reason);
    }

    [Fact]
    public async Task A_client_without_credentials_and_one_with_a_strange_name_are_refused()
    {
        await using var test = await StartAsync();
        var nobody = test.Options("x", MqttProtocolVersion.V500);
        nobody.Credentials = null;

        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, await TryConnectAsync(test, nobody));
        Assert.Equal(
            MqttClientConnectResultCode.BadUserNameOrPassword,
            await TryConnectAsync(test, test.Options("x", MqttProtocolVersion.V500, o => o.WithCredentials("x/+/y", "z").WithClientId("x/+/y"))));
        Assert.Null((await test.NextRejectedAsync()).DeviceId);
    }

    [Theory]
    [InlineData("fleet/pump-2/telemetry", RejectionReasons.WrongDevice)]
    [InlineData("anything", RejectionReasons.WrongTopic)]
    public async Task With_mqtt_5_a_wrong_topic_is_answered_not_authorized_and_the_connection_stays(string topic, string reason)
    {
        await using var test = await StartAsync();
        var client = await test.ConnectAsync("pump-1", MqttProtocolVersion.V500);

        var result = await client.PublishAsync(Message(topic, "secret")).WaitAsync(Patience);

        Assert.Equal(MqttClientPublishReasonCode.NotAuthorized, result.ReasonCode);
        Assert.True(client.IsConnected);
        Assert.False(test.TryNextUpward(out _));
        var rejected = await test.NextRejectedAsync();
        Assert.Equal((reason, topic, 6, Convert.ToBase64String("secret"u8)), (rejected.Reason, rejected.Topic, rejected.PayloadBytes, rejected.PayloadHead));
    }

    [Fact]
    public async Task With_mqtt_3_a_wrong_topic_closes_the_connection_because_an_acknowledgement_would_mean_success()
    {
        await using var test = await StartAsync();
        var client = await test.ConnectAsync("pump-1", MqttProtocolVersion.V311);
        var disconnected = client.Disconnected();

        await Assert.ThrowsAnyAsync<MqttCommunicationException>(() => client.PublishAsync(Message("fleet/pump-2/telemetry", "1")).WaitAsync(Patience));

        await disconnected;
        Assert.False(test.TryNextUpward(out _));
        Assert.Equal(RejectionReasons.WrongDevice, (await test.NextRejectedAsync()).Reason);
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311, "fleet/+/desired", MqttClientSubscribeResultCode.UnspecifiedError)]
    [InlineData(MqttProtocolVersion.V500, "fleet/+/desired", MqttClientSubscribeResultCode.NotAuthorized)]
    [InlineData(MqttProtocolVersion.V311, "$share/g/fleet/pump-1/desired", MqttClientSubscribeResultCode.UnspecifiedError)]
    [InlineData(MqttProtocolVersion.V500, "$share/g/fleet/pump-1/desired", MqttClientSubscribeResultCode.SharedSubscriptionsNotSupported)]
    public async Task A_foreign_or_shared_subscription_is_refused_and_told(MqttProtocolVersion version, string filter, MqttClientSubscribeResultCode code)
    {
        await using var test = await StartAsync();
        var client = await test.ConnectAsync("pump-1", version);

        var result = await client.SubscribeAsync(filter, MqttQualityOfServiceLevel.AtLeastOnce).WaitAsync(Patience);

        Assert.Equal(code, Assert.Single(result.Items).ResultCode);
        var rejected = await test.NextRejectedAsync();
        Assert.Equal((RejectionReasons.WrongSubscription, filter), (rejected.Reason, rejected.Topic));
    }

    [Fact]
    public async Task Filters_are_bounded()
    {
        await using var test = await StartAsync(o => o with { SubscriptionsPerConnectionMax = 2 });
        var client = await test.ConnectAsync("pump-1", MqttProtocolVersion.V500);

        await client.SubscribeAsync("fleet/pump-1/commands/a");
        await client.SubscribeAsync("fleet/pump-1/commands/b");
        var third = await client.SubscribeAsync("fleet/pump-1/commands/c");
        await client.UnsubscribeAsync("fleet/pump-1/commands/a");
        var fourth = await client.SubscribeAsync("fleet/pump-1/commands/c");

        Assert.Equal(MqttClientSubscribeResultCode.QuotaExceeded, third.Items.Single().ResultCode);
        Assert.Equal(MqttClientSubscribeResultCode.GrantedQoS0, fourth.Items.Single().ResultCode);
    }

    [Fact]
    public async Task Connections_are_bounded()
    {
        await using var test = await StartAsync(o => o with { ConnectionsMax = 1 });
        await test.ConnectAsync("pump-1", MqttProtocolVersion.V311);

        await Assert.ThrowsAnyAsync<Exception>(() => test.NewClient().ConnectAsync(test.Options("pump-2", MqttProtocolVersion.V311)).WaitAsync(Patience));

        Assert.Equal(RejectionReasons.TooManyConnections, (await test.NextRejectedAsync()).Reason);
    }

    [Fact]
    public void Options_out_of_range_are_named_all_together()
    {
        var fault = Assert.Throws<ArgumentException>(() => new FleetBroker(
            new BrokerOptions { ClaimConnectionsMax = -1, Port = 70_000 }, new NobodyKnows(), null, TimeProvider.System, NullLoggerFactory.Instance));

        Assert.Contains("ClaimConnectionsMax is negative", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Port is 70000", fault.Message, StringComparison.Ordinal);
    }

    private sealed class NobodyKnows : IDeviceAuthority
    {
        public ValueTask<DeviceVerdict> AuthenticateAsync(DeviceId device, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
            ValueTask.FromResult(DeviceVerdict.Busy);
    }

    private static async Task<MqttClientConnectResultCode> TryConnectAsync(BrokerUnderTest test, MqttClientOptions options) =>
        (await test.NewClient().ConnectAsync(options).WaitAsync(Patience)).ResultCode;
}
