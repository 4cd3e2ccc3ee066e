using System.Buffers.Text;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Claims;

/// <summary>Holds claims to their bounds, before anybody is asked about them. Pure.</summary>
internal static class ClaimReader
{
    private const int ProofLengthMax = 2_048; // an RSA signature of 8,192 bits has 1,368
    private const int CertificateLengthMax = 16_384;
    private const int CodeLengthMax = 32;

    /// <summary>All that is wrong with a claim, for a person; null: nothing.</summary>
    public static string? FaultsOf(ProvisionClaim claim)
    {
        var faults = Faults(claim).ToArray();
        return faults.Length == 0 ? null : string.Join(' ', faults);
    }

    private static IEnumerable<string> Faults(ProvisionClaim claim)
    {
        if (!DeviceId.TryParse(claim.Enrolment, out _))
        {
            yield return $"enrolment: 1 to {EnrolmentLimits.IdLengthMax} of A-Z a-z 0-9 . _ -, first a letter or digit.";
        }

        if (!IsHardwareId(claim.HardwareId))
        {
            yield return $"hardwareId: 1 to {IdentityLimits.HardwareIdLengthMax} of A-Z a-z 0-9 . _ : -, first a letter or digit.";
        }

        if (claim.Nonce.Length is < ProvisionClaim.NonceLengthMin or > ProvisionClaim.NonceLengthMax || !claim.Nonce.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
        {
            yield return $"nonce: {ProvisionClaim.NonceLengthMin} to {ProvisionClaim.NonceLengthMax} of A-Z a-z 0-9 _ -.";
        }

        if (claim.ExpiresAt <= 0)
        {
            yield return "expiresAt: Unix milliseconds.";
        }

        if (claim.Proof is { } proof && !IsBase64(proof, ProofLengthMax))
        {
            yield return $"proof: base64, at most {ProofLengthMax} characters.";
        }

        if (claim.Certificate is { } certificate && !IsBase64(certificate, CertificateLengthMax))
        {
            yield return $"certificate: base64 of its DER, at most {CertificateLengthMax} characters.";
        }

        if (claim.Code is { } code && (code.Length is 0 or > CodeLengthMax || !code.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')))
        {
            yield return $"code: letters, digits and dashes, at most {CodeLengthMax}.";
        }
    }

    private static bool IsHardwareId(string text) =>
        text.Length is > 0 and <= IdentityLimits.HardwareIdLengthMax && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or ':' or '-');

    private static bool IsBase64(string text, int lengthMax) => text.Length <= lengthMax && Base64.IsValid(text);
}
