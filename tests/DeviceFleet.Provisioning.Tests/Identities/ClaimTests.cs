using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Tests.Identities;

/// <summary>What a device hears that asks, and asks again.</summary>
public sealed class ClaimTests
{
    [Fact]
    public void A_device_that_asks_again_waits_and_then_hears_its_secret_until_it_used_it()
    {
        var life = new IdentityLife();
        Assert.Equal((ClaimStatus.Pending, SagaSteps.Verify), (life.Claim().Status, life.State.Saga!.Progress.Step));
        life.Provision(SagaSteps.Allow);
        Assert.Equal((ClaimStatus.Pending, SagaSteps.Allow), (life.Claim().Status, life.State.Saga!.Progress.Step));
        life.Saga(IdentityAction.Answer, SagaSteps.Answer);

        var first = life.Claim();
        var second = life.Claim();

        Assert.Equal((ClaimStatus.Issued, IdentityLife.Device), (first.Status, first.DeviceId));
        Assert.Equal((first.Secret, first.CredentialId), (second.Secret, second.CredentialId));
        Assert.Equal(43, first.Secret!.Length);

        life.Connect(first.CredentialId!);
        Assert.Equal((ClaimStatus.Active, (string?)null), (life.Claim().Status, life.Claim().Secret));
        Assert.Null(life.State.Credentials[0].Seed);
    }

    [Fact]
    public void The_answer_goes_to_the_claim_that_came_last()
    {
        var life = new IdentityLife();
        life.Claim(claimId: "c1", nonce: "first-nonce-000001");
        life.Provision(SagaSteps.Allow);
        life.Claim(claimId: "c2", nonce: "second-nonce-00001");
        life.Claim(claimId: null, nonce: "third-nonce-000001"); // over REST: it asks again itself

        var reply = life.Saga(IdentityAction.Answer, SagaSteps.Answer);

        Assert.Equal(("c2", "second-nonce-00001"), (reply.Value!.ClaimId, reply.Value.Nonce));
    }

    [Fact]
    public void A_nonce_is_for_once()
    {
        var life = new IdentityLife();
        life.Claim(nonce: "nonce-of-somebody1");
        life.Provision(SagaSteps.Answer);

        var replayed = life.Claim(nonce: "nonce-of-somebody1");

        Assert.Equal((ClaimStatus.Refused, RejectionReasons.ClaimReplayed, (string?)null), (replayed.Status, replayed.Reason, replayed.Secret));
    }

    [Fact]
    public void Nonces_are_forgotten_when_their_claims_have_expired_and_are_not_without_number()
    {
        var life = new IdentityLife();
        for (var claim = 0; claim < IdentityLimits.NoncesMax; claim++)
        {
            Assert.NotEqual(ClaimStatus.Refused, life.Claim().Status);
        }

        Assert.Equal(RejectionReasons.TooManyClaims, life.Claim().Reason);
        life.Now += 60_000;
        Assert.Equal(ClaimStatus.Pending, life.Claim().Status);
        Assert.Single(life.State.Nonces);
    }

    [Fact]
    public void An_identity_belongs_to_its_hardware_and_its_enrolment()
    {
        var life = new IdentityLife();
        life.Claim();
        Assert.Equal(RejectionReasons.IdentityTaken, life.Claim(hardware: "B0:00").Reason);
        Assert.Equal(RejectionReasons.IdentityTaken, life.Claim(enrolment: "lima").Reason);
        life.Provision(SagaSteps.Connect);
        life.TakeBack();
        Assert.Equal(ClaimStatus.Pending, life.Claim(hardware: "B0:00", enrolment: "lima").Status); // only a name was left
    }

    [Fact]
    public void What_was_registered_by_hand_is_no_claims()
    {
        var life = new IdentityLife();
        life.Person(IdentityAction.Register);
        Assert.Equal(RejectionReasons.IdentityTaken, life.Claim(mayReprovision: true).Reason);
    }

    [Fact]
    public void A_device_that_lost_its_credential_may_begin_anew_only_where_its_enrolment_says_so()
    {
        var life = new IdentityLife();
        life.Claim();
        life.Provision();
        Assert.Equal(ClaimStatus.Active, life.Claim().Status);
        Assert.Single(life.Sent, item => item.Start is not null);

        Assert.Equal(ClaimStatus.Pending, life.Claim(mayReprovision: true).Status);
        Assert.Equal("provision-pump-7-2", life.Instance);

        life.Provision(SagaSteps.Connect);
        Assert.Equal(ClaimStatus.Issued, life.Claim(mayReprovision: true).Status);
    }

    [Fact]
    public void Suspended_devices_hear_no()
    {
        var life = new IdentityLife();
        life.Claim();
        life.Provision();
        life.Person(IdentityAction.Suspend);
        Assert.Equal(RejectionReasons.NotActive, life.Claim().Reason);
    }
}
