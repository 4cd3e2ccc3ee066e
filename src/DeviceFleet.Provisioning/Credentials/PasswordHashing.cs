using System.Security.Cryptography;

namespace DeviceFleet.Provisioning.Credentials;

/// <summary>What a password is compared with: PBKDF2-HMAC-SHA512, as in Mosquitto's <c>$7$</c> entries.</summary>
/// <param name="Iterations">Rounds.</param>
/// <param name="Salt">Base64.</param>
/// <param name="Hash">Base64.</param>
internal sealed record PasswordHash(int Iterations, string Salt, string Hash);

/// <summary>Makes and checks hashes of passwords. Each costs milliseconds of a processor.</summary>
internal static class PasswordHashing
{
    /// <summary>96 bits, as Mosquitto 2.0 takes no other length in its password file.</summary>
    public const int SaltBytes = 12;
    public const int HashBytes = 64;

    public static PasswordHash Make(ReadOnlySpan<byte> password, int iterations)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new PasswordHash(iterations, Convert.ToBase64String(salt), Convert.ToBase64String(Derive(password, salt, iterations)));
    }

    public static bool Matches(this PasswordHash hash, ReadOnlySpan<byte> password) =>
        CryptographicOperations.FixedTimeEquals(Derive(password, Convert.FromBase64String(hash.Salt), hash.Iterations), Convert.FromBase64String(hash.Hash));

    private static byte[] Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA512, HashBytes);
}
