using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Simulator.Provisioning;

namespace DeviceFleet.Simulator.Tests.Provisioning;

public sealed class ProofMakerTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 8, 0, 0, TimeSpan.Zero);
    private readonly byte[] _groupKey = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    [Fact]
    public void The_device_key_is_the_hmac_of_the_hardware_id() => Assert.Equal(
        "cacddbede333080c90875796a891c98ab514656d42747ce61c441c0e14df89af", Convert.ToHexStringLower(ProofMaker.DeviceKey(_groupKey, "pump-0001"))); // python: hmac.new(bytes(range(1,33)), b"pump-0001", "sha256").hexdigest()

    [Fact]
    public void A_claim_holds_what_its_proof_speaks_of()
    {
        var deviceKey = ProofMaker.DeviceKey(_groupKey, "pump-0001");

        var claim = ProofMaker.Claim("group-1", "pump-0001", deviceKey, Now);

        Assert.Matches("^[A-Za-z0-9_-]{32}$", claim.Nonce);
        Assert.InRange(claim.ExpiresAt, Now.ToUnixTimeMilliseconds() + 1, (Now + EnrolmentLimits.ClaimLifeMax).ToUnixTimeMilliseconds());
        Assert.Equal(
            Convert.ToBase64String(System.Security.Cryptography.HMACSHA256.HashData(deviceKey, System.Text.Encoding.UTF8.GetBytes(ClaimText.Of(claim)))), claim.Proof);
    }

    [Fact]
    public void No_two_claims_share_a_nonce_and_no_two_claim_ids_are_the_same()
    {
        var claims = Enumerable.Range(0, 100).Select(_ => ProofMaker.Claim("g", "h", _groupKey, Now).Nonce).ToHashSet();
        var ids = Enumerable.Range(0, 100).Select(_ => ProofMaker.NewClaimId()).ToHashSet();

        Assert.Equal((100, 100), (claims.Count, ids.Count));
        Assert.All(ids, id => Assert.True(Contracts.Devices.DeviceId.TryParse(id, out var _)));
    }
}
