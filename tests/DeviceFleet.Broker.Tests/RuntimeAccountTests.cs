using DeviceFleet.Contracts.Devices;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using static DeviceFleet.Broker.Tests.BrokerUnderTest;
using static DeviceFleet.Broker.Tests.ClientSignals;

namespace DeviceFleet.Broker.Tests;

public sealed class RuntimeAccountTests
{
    private const string Password = "a password of the runtime";

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task The_runtime_subscribes_upward_and_publishes_downward(MqttProtocolVersion version)
    {
        await using var test = await StartAsync(WithRuntime, handles: false);
        var runtime = await ConnectRuntimeAsync(test, "pump-1", version); // the name of a device, and yet no takeover
        var device = await test.ConnectAsync("pump-1", version);
        var (up, down) = (runtime.Received(), device.Received());
        await runtime.SubscribeAsync("fleet/+/telemetry", MqttQualityOfServiceLevel.AtLeastOnce);
        await device.SubscribeAsync("fleet/pump-1/desired", MqttQualityOfServiceLevel.AtLeastOnce);

        await device.PublishAsync(Message("fleet/pump-1/telemetry", "1")).WaitAsync(Patience);
        await runtime.PublishAsync(Message("fleet/pump-1/desired", "2")).WaitAsync(Patience);

        Assert.Equal("fleet/pump-1/telemetry", (await up.NextAsync()).Topic);
        Assert.Equal("fleet/pump-1/desired", (await down.NextAsync()).Topic);
        Assert.Equal(0, test.Broker.Counters.Takeovers);
    }

    [Fact]
    public async Task Without_handler_and_subscriber_nothing_is_acknowledged()
    {
        await using var test = await StartAsync(WithRuntime, handles: false);
        var device = await test.ConnectAsync("pump-1", MqttProtocolVersion.V311);

        await Assert.ThrowsAnyAsync<MqttCommunicationException>(() => device.PublishAsync(Message("fleet/pump-1/telemetry", "1")).WaitAsync(Patience));
    }

    [Fact]
    public async Task The_runtime_may_not_publish_upward_nor_subscribe_elsewhere_nor_use_a_wrong_password()
    {
        await using var test = await StartAsync(WithRuntime);
        var runtime = await ConnectRuntimeAsync(test, "r", MqttProtocolVersion.V500);

        Assert.Equal(MqttClientPublishReasonCode.NotAuthorized, (await runtime.PublishAsync(Message("fleet/pump-1/telemetry", "1"))).ReasonCode);
        Assert.Equal(MqttClientSubscribeResultCode.NotAuthorized, (await runtime.SubscribeAsync("#")).Items.Single().ResultCode);
        Assert.Equal(RejectionReasons.WrongTopic, (await test.NextRejectedAsync()).Reason);
        Assert.Equal(RejectionReasons.WrongSubscription, (await test.NextRejectedAsync()).Reason);

        var wrong = await test.NewClient().ConnectAsync(
            test.Options("r", MqttProtocolVersion.V500, o => o.WithCredentials(BrokerAccounts.Runtime, "wrong").WithClientId("x")));
        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, wrong.ResultCode);
    }

    private static BrokerOptions WithRuntime(BrokerOptions options) => options with { RuntimePassword = Password };

    private static Task<IMqttClient> ConnectRuntimeAsync(BrokerUnderTest test, string clientId, MqttProtocolVersion version) =>
        test.ConnectAsync(clientId, version, o => o.WithCredentials(BrokerAccounts.Runtime, Password));
}
