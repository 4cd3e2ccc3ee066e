using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Claims;

namespace DeviceFleet.Provisioning.Tests.Claims;

public sealed class ClaimReaderTests
{
    private static readonly ProvisionClaim Sound = new() { Enrolment = "line-2", HardwareId = "AA:BB:01", Nonce = "0123456789abcdef", ExpiresAt = 1, Proof = "AAAA" };

    [Fact]
    public void A_claim_within_its_bounds_has_no_faults()
    {
        Assert.Null(ClaimReader.FaultsOf(Sound));
        Assert.Null(ClaimReader.FaultsOf(Sound with { Nonce = new string('x', 64), Proof = null, Code = "ABCD-efgh-2345", Certificate = "AA==" }));
    }

    [Fact]
    public void Each_member_is_held_to_its_bounds_and_all_faults_are_told_together()
    {
        Assert.Contains("enrolment", ClaimReader.FaultsOf(Sound with { Enrolment = "" }), StringComparison.Ordinal);
        Assert.Contains("enrolment", ClaimReader.FaultsOf(Sound with { Enrolment = new string('a', 65) }), StringComparison.Ordinal);
        Assert.Contains("hardwareId", ClaimReader.FaultsOf(Sound with { HardwareId = ":AA" }), StringComparison.Ordinal);
        Assert.Contains("hardwareId", ClaimReader.FaultsOf(Sound with { HardwareId = "a/b" }), StringComparison.Ordinal);
        Assert.Contains("nonce", ClaimReader.FaultsOf(Sound with { Nonce = "short" }), StringComparison.Ordinal);
        Assert.Contains("nonce", ClaimReader.FaultsOf(Sound with { Nonce = "0123456789abcde\n" }), StringComparison.Ordinal);
        Assert.Contains("expiresAt", ClaimReader.FaultsOf(Sound with { ExpiresAt = 0 }), StringComparison.Ordinal);
        Assert.Contains("proof", ClaimReader.FaultsOf(Sound with { Proof = "no base64!" }), StringComparison.Ordinal);
        Assert.Contains("proof", ClaimReader.FaultsOf(Sound with { Proof = new string('A', 4_096) }), StringComparison.Ordinal);
        Assert.Contains("certificate", ClaimReader.FaultsOf(Sound with { Certificate = new string('A', 20_000) }), StringComparison.Ordinal);
        Assert.Contains("code", ClaimReader.FaultsOf(Sound with { Code = "a b" }), StringComparison.Ordinal);

        var all = ClaimReader.FaultsOf(Sound with { Nonce = "short", ExpiresAt = -1 })!;
        Assert.Contains("nonce", all, StringComparison.Ordinal);
        Assert.Contains("expiresAt", all, StringComparison.Ordinal);
    }
}
