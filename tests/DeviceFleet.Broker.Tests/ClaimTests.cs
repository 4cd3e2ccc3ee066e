using DeviceFleet.Broker.Access;
using DeviceFleet.Broker.Downward;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using static DeviceFleet.Broker.Tests.BrokerUnderTest;
using static DeviceFleet.Broker.Tests.ClientSignals;

namespace DeviceFleet.Broker.Tests;

/// <summary>Devices that have no identity yet.</summary>
public sealed class ClaimTests
{
    private static readonly Principal Claim = Principal.OfClaim(DeviceId.Parse("c-1"));

    [Theory]
    [InlineData("provision/c-1/request", null)]
    [InlineData("provision/c-1/response", RejectionReasons.WrongTopic)]
    [InlineData("provision/c-2/request", RejectionReasons.WrongDevice)]
    [InlineData("provision/+/request", RejectionReasons.WrongTopic)]
    [InlineData("fleet/c-1/telemetry", RejectionReasons.WrongTopic)]
    [InlineData("fleet/c-1/status", RejectionReasons.WrongTopic)]
    [InlineData("broker/kickout", RejectionReasons.WrongTopic)]
    public void A_claim_publishes_only_its_own_request(string topic, string? reason) =>
        Assert.Equal(reason, AccessRules.Publish(Claim, topic, out _, out _)?.Reason);

    [Theory]
    [InlineData("provision/c-1/response", true)]
    [InlineData("provision/c-1/request", false)]
    [InlineData("provision/c-2/response", false)]
    [InlineData("provision/+/response", false)]
    [InlineData("provision/#", false)]
    [InlineData("#", false)]
    [InlineData("fleet/c-1/commands/+", false)]
    [InlineData("fleet/c-1/credentials", false)]
    public void A_claim_subscribes_only_to_its_own_response(string filter, bool allowed) =>
        Assert.Equal(allowed, AccessRules.Subscribe(Claim, filter) is null);

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task A_claim_asks_and_is_answered_on_its_connection(MqttProtocolVersion version)
    {
        await using var test = await StartAsync();
        test.Decide = (_, _, _) => throw new InvalidOperationException("There is nothing to ask about a claim.");
        var client = await test.ConnectClaimAsync("c-1", version);
        var received = client.Received();
        await client.SubscribeAsync("provision/c-1/response", MqttQualityOfServiceLevel.AtLeastOnce);

        await client.PublishAsync(Message("provision/c-1/request", "{}")).WaitAsync(Patience);
        var request = await test.NextUpwardAsync();
        var outcome = test.Broker.SendToDevice("provision/c-1/response", "1"u8.ToArray(), retain: false);

        Assert.Equal((DeviceTopicKind.ProvisionRequest, "c-1"), (request.Kind, request.DeviceId.Value));
        Assert.Equal(DownwardOutcome.Enqueued, outcome);
        Assert.Equal("provision/c-1/response", (await received.NextAsync()).Topic);
        Assert.Equal(1, test.Broker.Counters.Claims);
        await client.DisconnectAsync();
    }

    [Fact]
    public async Task An_answer_to_a_claim_that_is_gone_is_not_given_to_the_device_of_the_same_name()
    {
        await using var test = await StartAsync();
        var device = await test.ConnectAsync("c-1", MqttProtocolVersion.V500);
        await device.SubscribeAsync("fleet/c-1/credentials", MqttQualityOfServiceLevel.AtLeastOnce);

        Assert.Equal(DownwardOutcome.NotConnected, test.Broker.SendToDevice("provision/c-1/response", "1"u8.ToArray(), retain: false));
        Assert.Equal(DownwardOutcome.Enqueued, test.Broker.SendToDevice("fleet/c-1/credentials", "1"u8.ToArray(), retain: false));
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task A_second_connection_of_a_claim_is_refused_and_the_first_stays(MqttProtocolVersion version)
    {
        await using var test = await StartAsync();
        var first = await test.ConnectClaimAsync("c-1", version);

        var second = await test.NewClient().ConnectAsync(test.Options("c-1", version, o => AsClaim(o, "c-1"))).WaitAsync(Patience);

        Assert.Equal(MqttClientConnectResultCode.ClientIdentifierNotValid, second.ResultCode);
        var rejected = await test.NextRejectedAsync();
        Assert.Equal((RejectionReasons.ClaimInUse, null), (rejected.Reason, rejected.DeviceId));
        Assert.Contains("c-1", rejected.Detail, StringComparison.Ordinal);
        await first.PublishAsync(Message("provision/c-1/request", "{}")).WaitAsync(Patience);

        await first.DisconnectAsync();
        await UntilAsync(() => test.Broker.Counters.Claims == 0);
        await test.ConnectClaimAsync("c-1", version);
    }

    [Theory]
    [InlineData("c-1")]
    [InlineData("claim:")]
    [InlineData("claim:c/1")]
    [InlineData("provision")]
    public async Task A_claim_with_another_kind_of_client_id_is_refused(string clientId)
    {
        await using var test = await StartAsync();

        var result = await test.NewClient().ConnectAsync(
            test.Options("x", MqttProtocolVersion.V500, o => o.WithClientId(clientId).WithCredentials(MqttAccounts.Provision))).WaitAsync(Patience);

        Assert.Equal(MqttClientConnectResultCode.ClientIdentifierNotValid, result.ResultCode);
        Assert.Equal(RejectionReasons.WrongClientId, (await test.NextRejectedAsync()).Reason);
    }

    [Fact]
    public async Task A_claim_has_no_password()
    {
        await using var test = await StartAsync();

        var result = await test.NewClient().ConnectAsync(
            test.Options("x", MqttProtocolVersion.V500, o => o.WithClientId("claim:c-1").WithCredentials(MqttAccounts.Provision, "x"))).WaitAsync(Patience);

        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, result.ResultCode);
        Assert.Equal(RejectionReasons.BadCredentials, (await test.NextRejectedAsync()).Reason);
    }

    [Fact]
    public async Task A_claim_has_no_last_will()
    {
        await using var test = await StartAsync();

        var result = await test.NewClient().ConnectAsync(test.Options("c-1", MqttProtocolVersion.V500, o =>
        {
            AsClaim(o, "c-1");
            o.WithWillTopic("provision/c-1/request").WithWillPayload("{}");
        })).WaitAsync(Patience);

        Assert.Equal(MqttClientConnectResultCode.NotAuthorized, result.ResultCode);
        Assert.Equal(RejectionReasons.WrongTopic, (await test.NextRejectedAsync()).Reason);
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311, MqttClientConnectResultCode.ServerUnavailable)]
    [InlineData(MqttProtocolVersion.V500, MqttClientConnectResultCode.ServerBusy)]
    public async Task Claims_are_bounded_and_leave_the_devices_their_room(MqttProtocolVersion version, MqttClientConnectResultCode code)
    {
        await using var test = await StartAsync(o => o with { ClaimConnectionsMax = 1 });
        var first = await test.ConnectClaimAsync("c-1", version);

        var second = await test.NewClient().ConnectAsync(test.Options("c-2", version, o => AsClaim(o, "c-2"))).WaitAsync(Patience);
        await test.ConnectAsync("pump-1", version);

        Assert.Equal(code, second.ResultCode);
        Assert.Equal(RejectionReasons.TooManyConnections, (await test.NextRejectedAsync()).Reason);
        await first.DisconnectAsync();
        await UntilAsync(() => test.Broker.Counters.Claims == 0);
        await test.ConnectClaimAsync("c-2", version);
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task A_claim_that_says_and_hears_nothing_for_too_long_is_cut(MqttProtocolVersion version)
    {
        await using var test = await StartAsync(o => o with { ClaimIdleMax = TimeSpan.FromMilliseconds(100) });
        var client = await test.ConnectClaimAsync("c-1", version);

        var reason = (await client.Disconnected()).Reason;

        if (version == MqttProtocolVersion.V500)
        {
            Assert.Equal(MqttClientDisconnectReason.MaximumConnectTime, reason);
        }

        await UntilAsync(() => test.Broker.Counters.Claims == 0);
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task A_claim_on_the_topics_of_devices_is_refused_and_told_as_nobodys(MqttProtocolVersion version)
    {
        await using var test = await StartAsync();
        var client = await test.ConnectClaimAsync("c-1", version);

        var subscribed = await client.SubscribeAsync("fleet/+/desired", MqttQualityOfServiceLevel.AtLeastOnce).WaitAsync(Patience);
        if (version == MqttProtocolVersion.V500)
        {
            Assert.Equal(MqttClientPublishReasonCode.NotAuthorized, (await client.PublishAsync(Message("fleet/c-1/telemetry", "1")).WaitAsync(Patience)).ReasonCode);
        }
        else
        {
            await Assert.ThrowsAnyAsync<MqttCommunicationException>(() => client.PublishAsync(Message("fleet/c-1/telemetry", "1")).WaitAsync(Patience));
        }

        Assert.True(subscribed.Items.Single().ResultCode >= MqttClientSubscribeResultCode.UnspecifiedError);
        Assert.Equal((RejectionReasons.WrongSubscription, (DeviceId?)null), await NextAsync(test));
        Assert.Equal((RejectionReasons.WrongTopic, (DeviceId?)null), await NextAsync(test));
        Assert.False(test.TryNextUpward(out _));
    }

    private static async Task<(string, DeviceId?)> NextAsync(BrokerUnderTest test)
    {
        var rejected = await test.NextRejectedAsync();
        return (rejected.Reason, rejected.DeviceId);
    }
}
