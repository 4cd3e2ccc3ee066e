using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Enrolments;

/// <summary>Whether a claim proves that its enrolment means it. Pure; throws for nothing that a device can send.</summary>
internal static class ProofChecks
{
    /// <summary>The HMAC of the claim's text, under the device's key.</summary>
    public static bool IsSymmetricProof(ProvisionClaim claim, ReadOnlySpan<byte> enrolmentKey, bool isGroup)
    {
        Span<byte> deviceKey = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (isGroup)
        {
            HMACSHA256.HashData(enrolmentKey, Encoding.UTF8.GetBytes(claim.HardwareId), deviceKey);
        }
        else if (enrolmentKey.Length == deviceKey.Length)
        {
            enrolmentKey.CopyTo(deviceKey);
        }

        var expected = HMACSHA256.HashData(deviceKey, Encoding.UTF8.GetBytes(ClaimText.Of(claim)));
        return CryptographicOperations.FixedTimeEquals(expected, BytesOf(claim.Proof));
    }

    /// <summary>The fingerprint of an enrolled certificate that is valid now and whose key signed the claim's text; else null and why not.</summary>
    public static (string? Fingerprint, string? Detail) CheckCertificate(ProvisionClaim claim, IReadOnlyList<string> enrolled, DateTimeOffset now)
    {
        var der = BytesOf(claim.Certificate);
        var fingerprint = Convert.ToHexStringLower(SHA256.HashData(der));
        if (der.Length == 0 || !enrolled.Contains(fingerprint))
        {
            return (null, "The certificate is not enrolled.");
        }

        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            if (now < certificate.NotBefore.ToUniversalTime() || now > certificate.NotAfter.ToUniversalTime())
            {
                return (null, "The certificate is not valid now.");
            }

            return IsSignedBy(certificate, Encoding.UTF8.GetBytes(ClaimText.Of(claim)), BytesOf(claim.Proof)) ? (fingerprint, null) : (null, "The certificate's key did not sign the claim.");
        }
        catch (CryptographicException)
        {
            return (null, "The certificate cannot be read.");
        }
    }

    private static bool IsSignedBy(X509Certificate2 certificate, byte[] text, byte[] signature)
    {
        using var ecdsa = certificate.GetECDsaPublicKey();
        if (ecdsa is not null)
        {
            return ecdsa.VerifyData(text, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
                || ecdsa.VerifyData(text, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }

        using var rsa = certificate.GetRSAPublicKey();
        return rsa?.VerifyData(text, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) == true;
    }

    private static byte[] BytesOf(string? base64)
    {
        var bytes = new byte[base64?.Length ?? 0];
        return base64 is not null && Convert.TryFromBase64String(base64, bytes, out var written) ? bytes[..written] : [];
    }
}
