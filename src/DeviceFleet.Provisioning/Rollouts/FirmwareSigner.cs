using System.Security.Cryptography;
using System.Text;
using Dapr.Client;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>Signs releases with the key of the secret store (ECDSA P-256, SHA-256, IEEE P1363), which it asks for when it is first needed. Thread-safe.</summary>
internal sealed class FirmwareSigner(DaprClient dapr)
{
    private volatile string? _pem;

    /// <summary>The public key, base64 of its SubjectPublicKeyInfo; null: the secret store has no key.</summary>
    public async Task<string?> PublicKeyAsync(CancellationToken cancellationToken)
    {
        using var key = await KeyAsync(cancellationToken);
        return key is null ? null : Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
    }

    /// <summary>The signature of a release, base64; null: the secret store has no key.</summary>
    public async Task<string?> SignAsync(ReleaseOrder release, CancellationToken cancellationToken)
    {
        using var key = await KeyAsync(cancellationToken);
        return key is null ? null : Convert.ToBase64String(key.SignData(TextOf(release), HashAlgorithmName.SHA256));
    }

    /// <summary>Whether a signature is this key's; false also where there is no key.</summary>
    public async Task<bool> VerifyAsync(ReleaseOrder release, string signature, CancellationToken cancellationToken)
    {
        using var key = await KeyAsync(cancellationToken);
        var bytes = new byte[signature.Length];
        return key is not null && Convert.TryFromBase64String(signature, bytes, out var length) && key.VerifyData(TextOf(release), bytes.AsSpan(0, length), HashAlgorithmName.SHA256);
    }

    private static byte[] TextOf(ReleaseOrder release) => Encoding.UTF8.GetBytes(ReleaseText.Of(release.Version, release.DeviceType, release.Size, release.Sha256));

    private async Task<ECDsa?> KeyAsync(CancellationToken cancellationToken)
    {
        if (_pem is null)
        {
            var secret = await dapr.GetSecretAsync(DaprNames.SecretStore, SecretNames.Provisioning, cancellationToken: cancellationToken);
            _pem = secret.GetValueOrDefault(SecretNames.FirmwareKey);
        }

        if (_pem is not { } pem)
        {
            return null;
        }

        var key = ECDsa.Create();
        key.ImportFromPem(pem);
        return key;
    }
}
