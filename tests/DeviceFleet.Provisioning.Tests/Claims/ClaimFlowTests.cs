using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Tests.Sagas.Runs;

namespace DeviceFleet.Provisioning.Tests.Claims;

/// <summary>Claims from the MQTT binding to the answer, on the real engine with all actors.</summary>
public sealed class ClaimFlowTests
{
    private static readonly DeviceId Device = DeviceId.Parse("hw-1");

    [Fact]
    public async Task A_device_with_the_right_proof_is_let_in_and_told_its_secret_until_it_used_it()
    {
        await using var fleet = await FleetOnEngine.StartAsync();
        await fleet.EnrolAsync();

        Assert.Equal(ClaimStatus.Pending, (await fleet.AskAsync(fleet.Claim(Device))).Status);
        await fleet.UntilAsync(Device, SagaKind.Provision, SagaState.Waiting);
        var issued = Assert.Single(fleet.Answers(), answer => answer.Status == ClaimStatus.Issued);
        Assert.Equal(Device, issued.DeviceId);

        var again = await fleet.AskAsync(fleet.Claim(Device));
        Assert.Equal((ClaimStatus.Issued, issued.Secret), (again.Status, again.Secret));

        await fleet.ConnectAsync(Device, issued.CredentialId!);
        var late = await fleet.AskAsync(fleet.Claim(Device));
        Assert.Equal((ClaimStatus.Active, null), (late.Status, late.Secret));
    }

    [Fact]
    public async Task What_must_not_come_in_is_refused_with_its_reason()
    {
        await using var fleet = await FleetOnEngine.StartAsync();
        await fleet.EnrolAsync();
        var sound = fleet.Claim(Device);

        async Task RefusedAsync(string reason, ProvisionClaim claim)
        {
            var answer = await fleet.AskAsync(claim);
            Assert.Equal((ClaimStatus.Refused, reason, null), (answer.Status, answer.Reason, answer.Secret));
        }

        await RefusedAsync(RejectionReasons.BadProof, fleet.Claim(Device) with { HardwareId = "hw-2" });
        await RefusedAsync(RejectionReasons.UnknownEnrolment, fleet.Claim(Device) with { Enrolment = "nowhere" });
        await RefusedAsync(RejectionReasons.ClaimExpired, fleet.Claim(Device, expiresIn: TimeSpan.FromMinutes(-1)));
        await RefusedAsync(RejectionReasons.Denied, fleet.Claim(DeviceId.Parse("bad-1")));
        await RefusedAsync(RejectionReasons.Malformed, fleet.Claim(Device, nonce: "short"));
        Assert.Equal(ClaimStatus.Pending, (await fleet.AskAsync(sound)).Status);
        await RefusedAsync(RejectionReasons.ClaimReplayed, sound);
    }
}
