using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Provisioning.Credentials;

/// <summary>A credential that was made just now.</summary>
/// <param name="Seed">Base64. With it and the master key, the secret can be told again.</param>
/// <param name="Hash">What the secret is checked by.</param>
/// <param name="Secret">The password.</param>
internal sealed record NewCredential(string Seed, PasswordHash Hash, string Secret);

/// <summary>
/// Makes secrets. None is ever stored: a secret is a keyed hash of a seed, which the identity keeps until the secret was used the first time, and so nobody who reads the state store
/// alone, and after the first use nobody at all, can tell it.
/// </summary>
/// <param name="masterKey">The master key.</param>
/// <param name="iterations">Rounds of each hash.</param>
internal sealed class SecretMaker(byte[] masterKey, int iterations)
{
    public const int SeedBytes = 16;

    /// <summary>A new credential.</summary>
    public NewCredential Make(DeviceId device, string credentialId)
    {
        var seed = Convert.ToBase64String(RandomNumberGenerator.GetBytes(SeedBytes));
        var secret = SecretOf(device, credentialId, seed);
        return new NewCredential(seed, PasswordHashing.Make(Encoding.UTF8.GetBytes(secret), iterations), secret);
    }

    /// <summary>The secret of a credential whose seed is still there.</summary>
    public string SecretOf(DeviceId device, string credentialId, string seed) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(masterKey, Encoding.UTF8.GetBytes($"devicefleet-secret-v1|{device}|{credentialId}|{seed}")));
}
