using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Simulator.Provisioning;

namespace DeviceFleet.Simulator.Tests.Provisioning;

public sealed class ClaimOutcomeTests
{
    [Fact]
    public void An_issued_answer_is_an_identity()
    {
        var answer = new ProvisionAnswer
        {
            Nonce = "n", Status = ClaimStatus.Issued, DeviceId = DeviceId.Parse("dev-1"), CredentialId = "cr-1", Secret = "s", FirmwareKey = "k",
        };

        var issued = Assert.IsType<ClaimOutcome.Issued>(ClaimOutcome.Of(answer, "hw-1"));

        Assert.Equal(
            new SimulatorIdentity { HardwareId = "hw-1", DeviceId = DeviceId.Parse("dev-1"), CredentialId = "cr-1", Secret = "s", FirmwareKey = "k" }, issued.Identity);
        Assert.DoesNotContain("Secret", issued.ToString(), StringComparison.Ordinal);
        Assert.IsType<ClaimOutcome.Later>(ClaimOutcome.Of(answer with { Secret = null }, "hw-1"));
    }

    [Fact]
    public void Pending_says_when_to_ask_again()
    {
        Assert.Equal(new ClaimOutcome.Pending(TimeSpan.FromSeconds(2)), ClaimOutcome.Of(Answer(ClaimStatus.Pending, retryAfterMs: 2000), "h"));
        Assert.Equal(new ClaimOutcome.Pending(null), ClaimOutcome.Of(Answer(ClaimStatus.Pending), "h"));
        Assert.Equal(new ClaimOutcome.Pending(TimeSpan.FromHours(1)), ClaimOutcome.Of(Answer(ClaimStatus.Pending, retryAfterMs: long.MaxValue), "h"));
    }

    [Theory]
    [InlineData(RejectionReasons.BadProof, null, false)]
    [InlineData(RejectionReasons.UnknownEnrolment, null, false)]
    [InlineData(RejectionReasons.Denied, null, false)]
    [InlineData(RejectionReasons.IdentityTaken, null, false)]
    [InlineData(RejectionReasons.Malformed, null, false)]
    [InlineData(null, null, false)]
    [InlineData(RejectionReasons.Denied, 5L, true)]
    [InlineData(RejectionReasons.ClaimReplayed, null, true)]
    [InlineData(RejectionReasons.ClaimExpired, null, true)]
    [InlineData(RejectionReasons.TooManyClaims, null, true)]
    [InlineData(RejectionReasons.NotActive, null, true)]
    public void A_refusal_is_for_good_unless_its_reason_can_pass_or_it_says_when_to_ask_again(string? reason, long? retryAfterMs, bool passes)
    {
        var outcome = ClaimOutcome.Of(Answer(ClaimStatus.Refused, reason, retryAfterMs), "h");

        Assert.Equal(passes, outcome is ClaimOutcome.Later);
        Assert.Equal(!passes, outcome is ClaimOutcome.Final);
    }

    [Fact]
    public void A_device_that_is_active_already_is_not_let_in() => Assert.IsType<ClaimOutcome.Final>(ClaimOutcome.Of(Answer(ClaimStatus.Active), "h"));

    private static ProvisionAnswer Answer(ClaimStatus status, string? reason = null, long? retryAfterMs = null) =>
        new() { Nonce = "n", Status = status, Reason = reason, RetryAfterMs = retryAfterMs };
}
