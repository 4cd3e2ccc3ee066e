using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Simulator.Provisioning;

/// <summary>Makes claims with the proof that a symmetric key gives (<see cref="ProofKind.SymmetricKey"/>).</summary>
internal static class ProofMaker
{
    /// <summary>How long a claim counts.</summary>
    public static readonly TimeSpan ClaimLife = TimeSpan.FromMinutes(5);

    private const int NonceBytes = 24; // 32 characters

    /// <summary>A device's own key, from the key of its group: all that a maker would put into the device.</summary>
    public static byte[] DeviceKey(ReadOnlySpan<byte> groupKey, string hardwareId) => HMACSHA256.HashData(groupKey, Encoding.UTF8.GetBytes(hardwareId));

    /// <summary>A claim with a nonce of its own.</summary>
    public static ProvisionClaim Claim(string enrolment, string hardwareId, ReadOnlySpan<byte> deviceKey, DateTimeOffset now)
    {
        var claim = new ProvisionClaim
        {
            Enrolment = enrolment,
            HardwareId = hardwareId,
            Nonce = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(NonceBytes)),
            ExpiresAt = (now + ClaimLife).ToUnixTimeMilliseconds(),
        };
        return claim with { Proof = Convert.ToBase64String(HMACSHA256.HashData(deviceKey, Encoding.UTF8.GetBytes(ClaimText.Of(claim)))) };
    }

    /// <summary>A claim id that nobody else has.</summary>
    public static string NewClaimId() => "c" + RandomNumberGenerator.GetHexString(24, lowercase: true);
}
