using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.EndToEnd.Tests.Live;
using MQTTnet;
using MQTTnet.Protocol;

namespace DeviceFleet.EndToEnd.Tests.Provisioning;

/// <summary>Who must not get in does not; each is refused with its reason, counted, shown and in the audit.</summary>
public sealed class RefusedAccessTests(FleetFixture fleet)
{
    [Fact]
    public async Task A_wrong_proof_is_refused()
    {
        await using var stage = await ProvisioningStage.SetAsync(fleet, "e-proof");
        await using var device = stage.Device("hw-proof");
        await device.ConnectAsync();

        var forged = await device.AskAsync(device.NewClaim() with { Proof = Convert.ToBase64String(new byte[32]) });
        var others = await device.AskAsync(device.NewClaim() with { HardwareId = "hw-other" });
        var without = await device.AskAsync(device.NewClaim() with { Proof = null });

        Assert.All([forged, others, without], answer => Refused(RejectionReasons.BadProof, answer));
        await stage.RefusedAsync(RejectionReasons.BadProof);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await stage.Client.IdentityAsync(DeviceId.Parse("hw-proof"))).Status);
    }

    [Fact]
    public async Task A_claim_is_good_once_and_a_replay_is_never_told_a_secret()
    {
        await using var stage = await ProvisioningStage.SetAsync(fleet, "e-replay");
        await using var device = stage.Device("hw-replay");
        await device.ConnectAsync();
        var claim = device.NewClaim();
        Assert.NotEqual(ClaimStatus.Refused, (await device.AskAsync(claim)).Status);
        var issued = await device.ProvisionAsync();
        Assert.Equal(ClaimStatus.Issued, issued.Status);

        await using var thief = stage.Device("hw-replay");
        await thief.ConnectAsync();
        var replayed = await thief.AskAsync(claim);

        Refused(RejectionReasons.ClaimReplayed, replayed);
        await stage.RefusedAsync(RejectionReasons.ClaimReplayed);
    }

    [Fact]
    public async Task A_claim_that_expired_or_expires_too_late_is_refused()
    {
        await using var stage = await ProvisioningStage.SetAsync(fleet, "e-expired");
        await using var device = stage.Device("hw-expired");
        await device.ConnectAsync();
        var now = TimeProvider.System.GetUtcNow();

        var past = await device.AskAsync(device.Proven(device.NewClaim() with { ExpiresAt = now.AddMinutes(-10).ToUnixTimeMilliseconds() }));
        var ahead = await device.AskAsync(device.Proven(device.NewClaim() with { ExpiresAt = now.AddDays(2).ToUnixTimeMilliseconds() }));

        Assert.All([past, ahead], answer => Refused(RejectionReasons.ClaimExpired, answer));
        await stage.RefusedAsync(RejectionReasons.ClaimExpired);
    }

    [Fact]
    public async Task A_device_that_the_lists_keep_out_and_one_of_no_enrolment_are_refused()
    {
        await using var stage = await ProvisioningStage.SetAsync(fleet, "e-denied", new { deny = (string[])["hw-denied*"] });
        await using var device = stage.Device("hw-denied-7");
        await device.ConnectAsync();

        Refused(RejectionReasons.Denied, await device.AskAsync(device.NewClaim()));
        Refused(RejectionReasons.UnknownEnrolment, await device.AskAsync(device.Proven(device.NewClaim() with { Enrolment = "e-nowhere" })));

        await stage.RefusedAsync(RejectionReasons.Denied);
        await stage.RefusedAsync(RejectionReasons.UnknownEnrolment);
    }

    [Fact]
    public async Task Another_devices_identity_is_of_no_use()
    {
        await using var stage = await ProvisioningStage.SetAsync(fleet, "e-stolen");
        var victim = DeviceId.Parse("stolen-victim");
        var thief = DeviceId.Parse("stolen-thief");
        await Processes.Identities.Of(fleet.Local).RegisterAsync(fleet.Local, [victim, thief]);
        var thiefsOwn = await Processes.Identities.Of(fleet.Local).PasswordOfAsync(fleet.Local, thief);

        await using var asVictim = new MqttDevice(fleet.Local, victim.Value);
        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, await asVictim.ConnectAsync(password: thiefsOwn));
        await using var underOwnId = new MqttDevice(fleet.Local, victim.Value);
        Assert.Equal(MqttClientConnectResultCode.ClientIdentifierNotValid, await underOwnId.ConnectAsync(clientId: thief.Value));
        await using var nobody = new MqttDevice(fleet.Local, "stolen-nobody");
        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, await nobody.ConnectAsync(password: thiefsOwn));

        await stage.RefusedAsync(RejectionReasons.BadCredentials, victim);
        await stage.RefusedAsync(RejectionReasons.WrongClientId, victim);
    }

    [Fact]
    public async Task A_device_stays_on_its_own_topics()
    {
        await using var stage = await ProvisioningStage.SetAsync(fleet, "e-topics");
        await using var device = new MqttDevice(fleet.Local, "topics-1");
        Assert.Equal(MqttClientConnectResultCode.Success, await device.ConnectAsync());

        foreach (var topic in (string[])["fleet/topics-2/telemetry", "fleet/topics-1/credentials", "provision/topics-1/request", "broker/kickout"])
        {
            Assert.Equal(MqttClientPublishReasonCode.NotAuthorized, (await device.PublishAsync(topic, "[\"topics-1\"]")).ReasonCode);
        }

        foreach (var filter in (string[])["#", "fleet/#", "fleet/+/desired", "fleet/topics-2/commands/+", "fleet/topics-2/credentials", "provision/+/response", "provision/topics-1/response"])
        {
            Assert.Equal(MqttClientSubscribeResultCode.NotAuthorized, await device.SubscribeAsync(filter));
        }

        Assert.True(device.IsConnected);
        foreach (var reason in (string[])[RejectionReasons.WrongDevice, RejectionReasons.WrongTopic, RejectionReasons.WrongSubscription])
        {
            await stage.RefusedAsync(reason, device.Id);
        }
    }

    [Fact]
    public async Task A_claim_stays_on_its_own_topics_and_has_one_connection()
    {
        await using var stage = await ProvisioningStage.SetAsync(fleet, "e-claims");
        await using var device = stage.Device("hw-claims");
        Assert.Equal(MqttClientConnectResultCode.Success, await device.ConnectAsync());
        await using var second = new ClaimingDevice(fleet.Local, stage.Enrolment, stage.Key, "hw-claims") { ClaimId = device.ClaimId };

        Assert.Equal(MqttClientConnectResultCode.ClientIdentifierNotValid, await second.ConnectAsync());
        foreach (var topic in (string[])[$"fleet/{device.ClaimId}/telemetry", "fleet/hw-claims/status", "provision/other/request"])
        {
            var published = await device.Client.PublishAsync(
                new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload("{}").WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build());
            Assert.Equal(MqttClientPublishReasonCode.NotAuthorized, published.ReasonCode);
        }

        foreach (var filter in (string[])["#", "provision/+/response", "provision/#", "fleet/+/desired"])
        {
            Assert.Equal(MqttClientSubscribeResultCode.NotAuthorized, (await device.Client.SubscribeAsync(filter)).Items.Single().ResultCode);
        }

        Assert.Equal(ClaimStatus.Issued, (await device.ProvisionAsync()).Status); // and nothing of it harmed the one that is allowed
        await stage.RefusedAsync(RejectionReasons.ClaimInUse);
    }

    [Fact]
    public async Task A_claim_that_cannot_be_read_is_refused_and_holds_up_nothing()
    {
        await using var stage = await ProvisioningStage.SetAsync(fleet, "e-malformed");
        await using var device = stage.Device("hw-malformed");
        await device.ConnectAsync();
        var request = MqttTopics.ProvisionRequest(DeviceId.Parse(device.ClaimId));

        foreach (var payload in (string[])["", "{", "[]", "{\"enrolment\":1}", JsonSerializer.Serialize(device.NewClaim() with { Nonce = "short" }, ContractsJson.Default.ProvisionClaim)])
        {
            var published = await device.Client.PublishAsync(
                new MqttApplicationMessageBuilder().WithTopic(request).WithPayload(payload).WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build());
            Assert.True(published.IsSuccess);
        }

        Assert.Equal(ClaimStatus.Issued, (await device.ProvisionAsync()).Status);
        await stage.Watch.UntilAsync("the refusals", seen => seen.Rejections.Any(rejection => rejection.Topic == request && rejection.Reason == RejectionReasons.Malformed));
    }

    private static void Refused(string reason, ProvisionAnswer answer)
    {
        Assert.Equal((ClaimStatus.Refused, reason), (answer.Status, answer.Reason));
        Assert.Null(answer.Secret);
    }
}
